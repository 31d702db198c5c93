import { expect, test } from 'vitest'

import { emptyDraft } from './draft.ts'
import { faultsOf } from './faults.ts'

const draft = { ...emptyDraft('empty'), name: 'wiki' }

test('each field is checked by itself, with the limits of the API', () => {
  expect(faultsOf({ ...draft, name: 'a b', vcpus: '9007199254740992', memoryMiB: '-5' })).toEqual({
    name: expect.stringMatching(/^A name has letters/),
    vcpus: 'vCPUs are a whole number from 1 to 710.',
    memoryMiB: 'Memory is a whole number of MiB from 32 to 16,777,216.',
  })
  for (const vcpus of ['0', '-1', '1.5', '711', '1e9', 'x'])
    expect([vcpus, Object.keys(faultsOf({ ...draft, vcpus }))]).toEqual([vcpus, ['vcpus']])
  for (const diskGiB of ['0', '-1', '65537'])
    expect(faultsOf({ ...draft, diskGiB })).toEqual({
      disks: 'The size of a disk in GiB is more than 0, 65,536 at most.',
    })
  expect(Object.keys(faultsOf({ ...draft, tags: 'good, b@d' }))).toEqual(['tags'])
})

test('what is empty or within the limits is no fault, and the sample has no disk to be wrong', () => {
  expect(faultsOf(emptyDraft(undefined))).toEqual({})
  expect(faultsOf({ ...draft, vcpus: '710', memoryMiB: '32', diskGiB: '0.5', tags: 'a b' })).toEqual({})
  expect(faultsOf({ ...draft, from: 'sample', diskGiB: '-1' })).toEqual({})
})
