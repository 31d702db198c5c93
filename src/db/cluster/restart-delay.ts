import type { Milliseconds } from '../../base/units.ts'

/** How the last runs of a process ended, newest last: for how long each ran. */
export type Runs = readonly { readonly ranMs: Milliseconds }[]

const first = 200
const most = 30_000
/** A run of this length counts as a good one: what happens after it is a new trouble. */
const settled = 60_000

/** How long to wait before the process is started again: 0.2 s after a good run, doubled with every short one,
 *  30 s at most. */
export function restartDelay(runs: Runs): Milliseconds {
  const lastGood = runs.findLastIndex((run) => run.ranMs >= settled)
  const short = runs.length - 1 - lastGood
  return Math.min(first * 2 ** Math.max(0, short - 1), most)
}
