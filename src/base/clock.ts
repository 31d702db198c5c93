import { setTimeout as wait } from 'node:timers/promises'

import type { Milliseconds } from './units.ts'

/** Time as a parameter, so that decisions and tests choose it. */
export type Clock = {
  /** Milliseconds since the epoch; may jump. */
  now(): Milliseconds
  /** Milliseconds that only grow; for deadlines and leases. */
  monotonic(): Milliseconds
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: Milliseconds, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal ? { signal } : {}),
}
