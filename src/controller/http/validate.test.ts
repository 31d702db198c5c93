import fc from 'fast-check'
import { expect, test } from 'vitest'

import { routes, type Route } from '../../api/index.ts'
import { isFloeError } from '../../base/errors.ts'
import { maxDepth, readJson } from './read-json.ts'
import { validatorOf } from './validate.ts'

const outcome = (act: () => unknown): unknown => {
  try {
    act()
    return undefined
  } catch (error) {
    return error
  }
}

test('whatever is sent to any route is taken or refused in words, never anything else', () => {
  const odd = fc.constantFrom(
    '__proto__',
    'constructor',
    '\0',
    '\ud800',
    '<b>',
    "'; --",
    '-1',
    '9007199254740993',
    '1e9',
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), odd, fc.dictionary(odd, tie('any'), { maxKeys: 3 })),
  })).any
  for (const route of Object.values(routes) as Route[]) {
    const validate = validatorOf(route)
    const fields = [...Object.keys(route.query?.properties ?? {}), ...Object.keys(bodyFields(route)), 'other']
    const part = fc.dictionary(fc.constantFrom(...fields), value)
    fc.assert(
      fc.property(part, fc.oneof(part, value), (query, body) => {
        const error = outcome(() => validate({ params: {}, query, body }))
        expect(error === undefined || (isFloeError(error) && error.code === 'not_valid')).toBe(true)
      }),
      { numRuns: 60 },
    )
  }
})

const bodyFields = (route: Route): object =>
  route.body && 'properties' in route.body ? (route.body.properties as object) : {}

test('any bytes are JSON or a refusal', () => {
  const route = { method: 'POST', path: '/x' }
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.json().map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, (raw) => {
      const error = outcome(() => readJson(Buffer.from(raw), route))
      expect(error === undefined || (isFloeError(error) && error.code === 'malformed')).toBe(true)
    }),
  )
  const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
  expect(outcome(() => readJson(nested(maxDepth), route))).toBeUndefined()
  expect(outcome(() => readJson(nested(maxDepth + 1), route))).toMatchObject({ code: 'malformed' })
  // Brackets in text are no nesting.
  expect(readJson(Buffer.from(`["${'['.repeat(100)}\\"["]`), route)).toEqual([`${'['.repeat(100)}"[`])
})

test('of a disk that is wrong the form is told that was meant', () => {
  const create = validatorOf(routes.createVm)
  const said = (...disks: unknown[]): unknown => {
    const error = outcome(() => create({ params: {}, query: {}, body: { name: 'web', from: 'empty', disks } }))
    return isFloeError(error) ? error.message : error
  }
  expect(said({ sizeGiB: -1 })).toBe('Size of a disk in GiB must be more than 0.')
  expect(said({ sizeGiB: 300_000 })).toBe('Size of a disk in GiB must be 65536 or less.')
  expect(said({ sizeGiB: 3, pool: 'p' }, { sizeGiB: '3' })).toBe('Size of a disk in GiB must be a number.')
  expect(said({ pool: 'p', volume: 'v', device: 'x' })).toMatch(/ must be one of disk, cdrom\.$/)
  expect(said({ pool: 'p' })).toBe('Volume of a disk is missing.')
  expect(said({})).toBe('Size of a disk in GiB is missing.')
  expect(said(5)).toBe('Disks must be an object.')
})

test('text that would be obeyed by a terminal, reversed on a screen or cut off is refused in words', () => {
  const create = validatorOf(routes.createVm)
  const refusal = (more: object): unknown => {
    const error = outcome(() => create({ params: {}, query: {}, body: { name: 'web', from: 'empty', ...more } }))
    return isFloeError(error) ? error.details['errors'] : error
  }
  expect(refusal({ notes: 'Two lines,\n\tone of them indented. \u{1f600}' })).toBeUndefined()
  for (const notes of ['bell\u0007', 'escape\u001b[2J', 'c1 \u009b', 'nul \0'])
    expect(refusal({ notes })).toEqual([
      {
        field: 'notes',
        pointer: '/notes',
        label: 'Notes',
        why: 'must have no control characters except line breaks and tabs',
      },
    ])
  for (const name of ['web\u202egnp', 'we\u200bb', ' web', 'web ', 'web\u00a0'])
    expect(refusal({ name })).toMatchObject([{ field: 'name', label: 'Name', why: expect.stringMatching(/^may have/) }])
  expect(refusal({ disks: [{ pool: 'p', volume: 'a\0b' }], tags: ['a', 'a b'] })).toMatchObject([
    { field: 'tags.1', pointer: '/tags/1', label: 'Tags' },
  ])
  expect(refusal({ disks: [{ pool: 'p', volume: 'a\0b' }] })).toEqual([
    {
      field: 'disks.0.volume',
      pointer: '/disks/0/volume',
      label: 'Volume of a disk',
      why: 'must not contain NUL or half of a character',
    },
  ])
})
