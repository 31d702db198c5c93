import { setImmediate as turn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { fewAtOnce } from './few-at-once.ts'

test('no more than so many are under way, and the answers stand in the order of the items', async () => {
  let underWay = 0
  let most = 0
  const doubled = await fewAtOnce([5, 1, 4, 2, 3], 2, async (n) => {
    most = Math.max(most, ++underWay)
    for (let i = 0; i < n; i++) await turn()
    underWay--
    return n * 2
  })
  expect(doubled).toEqual([10, 2, 8, 4, 6])
  expect(most).toBe(2)
})

test('a failure is told, and nothing begins after it', async () => {
  const begun: number[] = []
  const work = async (n: number): Promise<void> => {
    begun.push(n)
    await turn()
    if (n === 1) throw new Error('one')
  }
  await expect(fewAtOnce([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('one')
  await turn()
  expect(begun.length).toBeLessThanOrEqual(3)
  expect(await fewAtOnce([], 2, work)).toEqual([])
})
