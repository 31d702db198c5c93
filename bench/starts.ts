import { dial, type Target } from '@floe/libvirt'

/** When libvirt's own event told of each domain's start, on the clock of `performance.now()`. */
export type Starts = AsyncDisposable & {
  /** Milliseconds, by the domain's name. A second start of a name replaces the first. */
  readonly at: ReadonlyMap<string, number>
  /** Resolves with the time of the next start of `name`, at once when it was already told. */
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
    of: (name) =>
      at.has(name) ? Promise.resolve(at.get(name)!) : new Promise((resolve) => waiting.set(name, resolve)),
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
