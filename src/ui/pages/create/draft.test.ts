import { expect, test } from 'vitest'

import { bodyOf, emptyDraft, lacks } from './draft.ts'

const named = { ...emptyDraft(undefined), name: 'wiki' }

test('what is left empty is left out, so that Floe chooses it', () => {
  expect(bodyOf(named, true)).toEqual({ name: 'wiki', from: 'sample', start: true })
})

test('figures are sent as they are filled in; the sample takes no disk from another choice', () => {
  expect(bodyOf({ ...named, memoryMiB: '512', vcpus: '2', diskGiB: '8' }, false)).toEqual({
    name: 'wiki',
    from: 'sample',
    memoryMiB: 512,
    vcpus: 2,
  })
})

test('an ISO comes with the disk the system is installed on', () => {
  const draft = { ...named, from: 'iso', volume: 'default/debian.iso', diskGiB: '20', diskPool: 'floe' } as const
  expect(bodyOf(draft, false)).toEqual({
    name: 'wiki',
    from: 'iso',
    iso: { pool: 'default', volume: 'debian.iso' },
    disks: [{ sizeGiB: 20, pool: 'floe' }],
  })
})

test('an existing disk comes first, a new one after it', () => {
  const draft = { ...named, from: 'disk', volume: 'floe/a/b.qcow2', diskGiB: '8' } as const
  expect(bodyOf(draft, false).disks).toEqual([{ pool: 'floe', volume: 'a/b.qcow2' }, { sizeGiB: 8 }])
})

test('no network at all is not the same as a chosen one', () => {
  expect(bodyOf({ ...named, networks: [] }, false).networks).toEqual([])
  expect(bodyOf(named, false).networks).toBeUndefined()
})

test('the form says what it lacks', () => {
  expect(lacks(emptyDraft('iso'))).toBe('It needs a name.')
  expect(lacks({ ...named, from: 'iso' })).toBe('Choose an ISO image.')
  expect(lacks(named)).toBeUndefined()
})
