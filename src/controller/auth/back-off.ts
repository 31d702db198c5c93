import type { Milliseconds } from '../../base/units.ts'

/** How long an account waits after its n-th wrong password in a row: 1, 2, 4 … 30 s. It is never locked. */
export const backOffMs = (failed: number): Milliseconds =>
  failed <= 0 ? 0 : Math.min(1000 * 2 ** Math.min(failed - 1, 10), 30_000)

export type Attempts = { readonly failed: number; readonly retryAt: Milliseconds }

/** Wrong passwords for names that do not exist: they are slowed down like the others, or the difference would tell
 *  which names do. Bounded; the oldest is forgotten. */
export function createStrangers(atMost = 1000): {
  get(name: string): Attempts | undefined
  failed(name: string, now: Milliseconds): void
} {
  const known = new Map<string, Attempts>()
  return {
    get: (name) => known.get(name),
    failed: (name, now) => {
      const failed = (known.get(name)?.failed ?? 0) + 1
      known.delete(name)
      known.set(name, { failed, retryAt: now + backOffMs(failed) })
      if (known.size > atMost) known.delete(known.keys().next().value!)
    },
  }
}
