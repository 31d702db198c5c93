import type { Milliseconds } from '../../base/units.ts'

/** Hands on what comes in batches: `waitMs` after the first of a batch, or when there are `most`. Nothing is taken from
 *  the source while a batch is being handled, so the source's own bound holds and a slow reader gets larger batches. */
export async function* inBatches<T>(
  source: AsyncIterable<T>,
  o: { readonly waitMs: Milliseconds; readonly most: number },
): AsyncGenerator<readonly T[]> {
  const items = source[Symbol.asyncIterator]()
  let next = ask(items)
  try {
    while (true) {
      const first = await next
      if (first.done) return
      const batch = [first.value]
      next = ask(items)
      const time = Promise.withResolvers<'time'>()
      const timer = setTimeout(() => time.resolve('time'), o.waitMs)
      try {
        while (batch.length < o.most) {
          const got = await Promise.race([next, time.promise])
          if (got === 'time' || got.done) break
          batch.push(got.value)
          next = ask(items)
        }
      } finally {
        clearTimeout(timer)
      }
      yield batch
    }
  } finally {
    await items.return?.()
  }
}

function ask<T>(items: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const next = items.next()
  next.catch(() => {}) // it is awaited later: a failure meanwhile is not unhandled
  return next
}
