import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until `look` answers something, asking every few milliseconds; for what announces nothing by an event.
 *  Rejects after `deadlineMs` (default 20 s) with what was awaited and the last error of `look`. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 20_000,
): Promise<T> {
  const end = performance.now() + deadlineMs
  let last: unknown
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 50)) {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false) return seen
      last = undefined
    } catch (error) {
      last = error
    }
    if (performance.now() > end) throw new Error(`${what} did not happen within ${deadlineMs} ms`, { cause: last })
    await sleep(pause)
  }
}
