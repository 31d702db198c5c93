import { expect, test } from 'vitest'

import { ago, bytes, counted, mebibytes, took, usedOf } from './format.ts'

const at = (seconds: number): string => new Date(seconds * 1000).toISOString()

test('quantities have three digits, a blank and a unit', () => {
  expect(bytes(6.2 * 1024 ** 3)).toBe('6.2 GiB')
  expect(bytes(465 * 1024 ** 3)).toBe('465 GiB')
  expect(bytes(31.44 * 1024 ** 2)).toBe('31.4 MiB')
  expect(bytes(100 * 1024)).toBe('100 KiB')
  expect(bytes(0)).toBe('0 B')
  expect(mebibytes(512)).toBe('512 MiB')
})

test('what is not known is a dash, never 0', () => {
  expect(bytes(null)).toBe('–')
})

test('used and given share the unit of what is given', () => {
  expect(usedOf(6.1 * 1024 ** 3, 8 * 1024 ** 3)).toBe('6.1 / 8 GiB')
  expect(usedOf(0, 1024 ** 4)).toBe('0 / 1 TiB')
})

test('times are words', () => {
  const now = 1_000_000_000
  expect(ago(at(now / 1000 - 3), now)).toBe('now')
  expect(ago(at(now / 1000 - 24 * 60), now)).toBe('24 min ago')
  expect(ago(at(now / 1000 - 86_400), now)).toBe('1 day ago')
  expect(ago(at(now / 1000 - 41 * 86_400), now)).toBe('1 month ago')
})

test('durations are figures', () => {
  expect(took(at(0), at(0.42))).toBe('0.4 s')
  expect(took(at(0), at(27))).toBe('27 s')
  expect(took(at(0), at(140))).toBe('2 min 20 s')
})

test('one is one', () => {
  expect(counted(1, 'VM')).toBe('1 VM')
  expect(counted(3, 'person', 'people')).toBe('3 people')
})
