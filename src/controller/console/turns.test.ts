import { expect, test } from 'vitest'

import { createTurns } from './turns.ts'

const never = new AbortController().signal

test('one at a time for a key, in the order they came, whether the one before ended well or not', async () => {
  const turns = createTurns<string>()
  const said: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take('web', never, async () => {
    said.push('first begins')
    await gate.promise
    said.push('first ends')
    throw new Error('refused')
  })
  const second = turns.take('web', never, () => Promise.resolve(said.push('second')))
  await turns.take('other', never, () => Promise.resolve(said.push('another key')))
  gate.resolve()
  await expect(first).rejects.toThrow('refused')
  await second
  expect(said).toEqual(['first begins', 'another key', 'first ends', 'second'])
})

test('whoever gives up waiting is told at once, never works, and lets nobody pass the one before', async () => {
  const turns = createTurns<string>()
  const said: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take('web', never, async () => {
    await gate.promise
    said.push('first')
  })
  const stop = new AbortController()
  const second = turns.take('web', stop.signal, () => Promise.resolve(said.push('second')))
  const third = turns.take('web', never, () => Promise.resolve(said.push('third')))
  stop.abort(new Error('The page has gone.'))
  await expect(second).rejects.toThrow('The page has gone.')
  gate.resolve()
  await Promise.all([first, third])
  expect(said).toEqual(['first', 'third'])
})
