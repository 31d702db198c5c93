import { systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { identify, isSame, type ProcessRecord } from '../db/cluster/index.ts'

/** How a process went. `stuck` is one that even SIGKILL did not end: it waits in the kernel. */
export type Ending = 'none' | 'ended' | 'killed' | 'stuck'

export type EndOptions = {
  /** What asks it to end in good order. Default SIGTERM. */
  readonly signal?: NodeJS.Signals
  /** After this it is killed. */
  readonly withinMs: Milliseconds
}

/** What the kernel gets to take a killed process away. */
const killedWithinMs: Milliseconds = 10_000

/** Ends a process in good order, kills it when it does not follow, and waits for its end, never longer than the two
 *  bounds together. */
export async function endProcess(
  pid: number | undefined,
  { signal = 'SIGTERM', withinMs }: EndOptions,
): Promise<Ending> {
  const known = pid === undefined ? undefined : identify(pid)
  if (known === undefined) return 'none'
  if (!send(known, signal) || (await isGone(known, withinMs))) return 'ended'
  if (!send(known, 'SIGKILL')) return 'ended'
  return (await isGone(known, killedWithinMs)) ? 'killed' : 'stuck'
}

/** False when it was gone already. */
function send({ pid }: ProcessRecord, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

async function isGone(known: ProcessRecord, withinMs: Milliseconds): Promise<boolean> {
  const end = systemClock.monotonic() + withinMs
  while (isSame(known, identify(known.pid))) {
    if (systemClock.monotonic() > end) return false
    await systemClock.sleep(50)
  }
  return true
}
