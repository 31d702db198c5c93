import { expect, test } from 'vitest'

import { errorTable } from './errors.ts'
import { isUuid, newId } from './ids.ts'
import { formatBytes, formatDuration, GiB, MiB } from './units.ts'

test('identifiers are UUIDs of version 7 that sort by the time they were made', () => {
  const [early, late] = [newId(1_700_000_000_000), newId(1_700_000_000_001)]
  expect(isUuid(early)).toBe(true)
  expect(early[14]).toBe('7')
  expect(early < late).toBe(true)
})

test('sizes have three digits and a unit', () => {
  expect([0, 512, 465 * MiB, 6.2 * GiB, 8 * GiB, 1023 * MiB].map(formatBytes)).toEqual([
    '0 B',
    '512 B',
    '465 MiB',
    '6.2 GiB',
    '8 GiB',
    '1.0 GiB',
  ])
})

test('durations read as people say them', () => {
  expect([900, 27_000, 140_000, 120_000, 11_100_000, 187_200_000].map(formatDuration)).toEqual([
    '0.9 s',
    '27 s',
    '2 min 20 s',
    '2 min',
    '3 h 5 min',
    '2 d 4 h',
  ])
})

test('a refusal fills its sentence from the details, nested ones too', () => {
  const error = errorTable({ locked: [409, '{vm} {by.cause} (task {by.task}).'] })('locked', {
    vm: 'wiki',
    by: { cause: 'is being started', task: 7 },
  })
  expect(error).toMatchObject({ code: 'locked', status: 409, message: 'wiki is being started (task 7).' })
})
