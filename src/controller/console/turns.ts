import { orAborted } from './or-aborted.ts'

/** One after the other for each key; keys do not wait for each other. */
export type Turns<Key> = {
  /** Runs `work` when those before it have ended, well or not. Rejects with the signal's reason when it fires first. */
  take<T>(key: Key, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

export function createTurns<Key>(): Turns<Key> {
  const last = new Map<Key, Promise<void>>()
  return {
    take: async (key, signal, work) => {
      const before = last.get(key)
      const { promise: over, resolve: leave } = Promise.withResolvers<void>()
      // Whoever gives up while waiting keeps its place: those behind it still wait for those before it.
      const mine = before === undefined ? over : both(before, over)
      last.set(key, mine)
      try {
        if (before !== undefined) await orAborted(before, signal)
        signal.throwIfAborted()
        return await work()
      } finally {
        leave()
        void mine.then(() => last.get(key) === mine && last.delete(key))
      }
    },
  }
}

async function both(one: Promise<void>, other: Promise<void>): Promise<void> {
  await one
  await other
}
