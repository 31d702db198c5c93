import { expect, test } from 'vitest'

import type { HostId, VmId } from '../../base/ids.ts'
import { linesToGiveUp, type ReadLine } from './serial-room.ts'

const line = (text: string): ReadLine => {
  const [host, vm, viewers] = text.split(' ') as [string, string, string?]
  return { host: host as HostId, vm: vm as VmId, viewers: Number(viewers ?? 0) }
}
const givenUp = (lines: readonly string[], perHost: number, inAll: number): readonly string[] =>
  linesToGiveUp(lines.map(line), { perHost, inAll })

test('what fits stays', () => {
  expect(givenUp(['a 1', 'a 2', 'b 3'], 2, 3)).toEqual([])
})

test('the least recently looked at of the crowded host goes first', () => {
  expect(givenUp(['b 1', 'a 2', 'a 3', 'a 4'], 2, 10)).toEqual(['2'])
  expect(givenUp(['b 1', 'a 2', 'a 3', 'a 4'], 10, 3)).toEqual(['1'])
})

test('one that is looked at stays, and so does the one just asked for', () => {
  expect(givenUp(['a 1 2', 'a 2', 'a 3 1', 'a 4'], 1, 10)).toEqual(['2'])
  expect(givenUp(['a 1 1', 'a 2'], 1, 1)).toEqual([])
})
