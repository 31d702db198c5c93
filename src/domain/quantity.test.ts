import { expect, test } from 'vitest'

import { toBytes } from './quantity.ts'

test('every unit of libvirt is known, in any case', () => {
  const sizes = [
    ['1', 'b'],
    ['1', 'bytes'],
    ['3', 'KB'],
    ['3', 'k'],
    ['3', 'KiB'],
    ['2', 'MB'],
    ['2', 'M'],
    ['2', 'mib'],
  ] as const
  expect(sizes.map(([text, unit]) => toBytes(text, unit))).toEqual([1, 1, 3000, 3072, 3072, 2e6, 2 ** 21, 2 ** 21])
  expect(['GB', 'GiB', 'TB', 'T', 'PB', 'PiB', 'EB', 'EiB'].map((unit) => toBytes('1', unit))).toEqual([
    1e9,
    2 ** 30,
    1e12,
    2 ** 40,
    1e15,
    2 ** 50,
    1e18,
    2 ** 60,
  ])
})

test('what is no size is none', () => {
  expect([
    toBytes('x', 'KiB'),
    toBytes('-1', 'KiB'),
    toBytes('1', 'cups'),
    toBytes('1', ''),
    toBytes(undefined, 'b'),
  ]).toEqual([undefined, undefined, undefined, undefined, undefined])
})
