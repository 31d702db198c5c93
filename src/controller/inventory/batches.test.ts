import { expect, test } from 'vitest'

import { inBatches } from './batches.ts'

async function* of<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

const all = async <T>(batches: AsyncIterable<readonly T[]>): Promise<(readonly T[])[]> => {
  const found: (readonly T[])[] = []
  for await (const batch of batches) found.push(batch)
  return found
}

test('what comes at once is one batch, and what is too much begins another', async () => {
  expect(await all(inBatches(of(1, 2, 3, 4, 5), { waitMs: 1000, most: 2 }))).toEqual([[1, 2], [3, 4], [5]])
})

test('a batch is handed on after its time, although the source goes on', async () => {
  const gate = Promise.withResolvers<void>()
  async function* slow() {
    yield 1
    await gate.promise
    yield 2
  }
  const batches = inBatches(slow(), { waitMs: 1, most: 10 })
  expect((await batches.next()).value).toEqual([1])
  gate.resolve()
  expect(await all(batches)).toEqual([[2]])
})

test('while a batch is handled nothing more than one item is taken from the source', async () => {
  let taken = 0
  async function* counting() {
    while (true) yield ++taken
  }
  const batches = inBatches(counting(), { waitMs: 1000, most: 3 })
  await batches.next()
  expect(taken).toBe(4)
  await batches.return(undefined)
})

test('a source that fails fails the batches, and one that is left is ended', async () => {
  async function* broken() {
    yield 1
    throw new Error('gone')
  }
  await expect(all(inBatches(broken(), { waitMs: 1000, most: 10 }))).rejects.toThrow('gone')
  let ended = false
  async function* watched() {
    try {
      while (true) yield 1
    } finally {
      ended = true
    }
  }
  for await (const _ of inBatches(watched(), { waitMs: 1, most: 1 })) break
  expect(ended).toBe(true)
})
