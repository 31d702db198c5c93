import { dial, type Target } from '@floe/libvirt'

/** When libvirt's own event told of each domain's start, on the clock of `performance.now()`. */
export type Starts = AsyncDisposable & {
  /** Milliseconds, by the domain's name. A second start of a name replaces the first. */
  readonly at: ReadonlyMap<string, number>
  /** Resolves with the time at which `name` was started, at once when it was already told; rejects after a minute. */
  of(name: string): Promise<number>
  /** Events that libvirt's client had to drop: a count of 0 proves that `at` is whole. */
  readonly resyncs: number
}

/** Listens on a connection of its own, beside the controller's. */
export async function watchStarts(target: Target): Promise<Starts> {
  const connection = await dial(target, { keepalive: false })
  const stop = new AbortController()
  const at = new Map<string, number>()
  const waiting = new Map<string, (at: number) => void>()
  let resyncs = 0
  const next = (name: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`libvirt did not tell of a start of ${name} within a minute.`)),
        60_000,
      )
      waiting.set(name, (when) => {
        clearTimeout(late)
        resolve(when)
      })
    })
  const subscribed = Promise.withResolvers<void>()
  const listening = (async () => {
    for await (const event of connection.events(['lifecycle'], { signal: stop.signal, capacity: 100_000 })) {
      if (event.kind === 'resync') {
        if (event.why === 'subscribed') subscribed.resolve()
        else resyncs++
      } else if (event.event === 'started') {
        const now = performance.now()
        at.set(event.dom.name, now)
        waiting.get(event.dom.name)?.(now)
        waiting.delete(event.dom.name)
      }
    }
  })()
  listening.catch(subscribed.reject)
  await subscribed.promise
  return {
    at,
    of: (name) => (at.has(name) ? Promise.resolve(at.get(name)!) : next(name)),
    get resyncs() {
      return resyncs
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await listening.catch(() => undefined)
      await connection.close()
    },
  }
}
