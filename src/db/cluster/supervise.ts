import type { ChildProcess } from 'node:child_process'

import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/units.ts'
import { identify, isSame } from './process-record.ts'
import { restartDelay, type Runs } from './restart-delay.ts'

/** A process that has to stay alive. */
export type Charge = {
  readonly name: string
  /** The process id of one that runs already, started by a supervisor that is gone. */
  readonly running: () => number | undefined
  /** Starts it in a session of its own, so that it outlives its supervisor. */
  readonly start: () => ChildProcess
  /** Asks it to end in good order. */
  readonly endSignal: NodeJS.Signals
  /** After this the process is killed. */
  readonly endWithinMs: Milliseconds
}

export type SuperviseOptions = {
  readonly clock: Clock
  readonly log: (line: string) => void
  /** Aborted: end the process in good order and return. */
  readonly signal: AbortSignal
}

/** Keeps `charge` running until the signal: adopts one that runs, starts it otherwise, and starts it again with
 *  growing pauses when it ends. Returns when it was ended. */
export async function supervise(charge: Charge, { clock, log, signal }: SuperviseOptions): Promise<void> {
  const runs: { ranMs: Milliseconds }[] = []
  while (!signal.aborted) {
    const began = clock.monotonic()
    const adopted = charge.running()
    const how =
      adopted === undefined ? await runChild(charge, log, signal) : await watch(charge, adopted, { clock, log, signal })
    if (signal.aborted) return
    runs.push({ ranMs: clock.monotonic() - began })
    if (runs.length > 32) runs.shift()
    const pause = restartDelay(runs satisfies Runs)
    log(`${charge.name} ${how}; it is started again in ${pause / 1000} s`)
    await clock.sleep(pause, signal).catch(() => undefined)
  }
}

async function runChild(charge: Charge, log: (line: string) => void, signal: AbortSignal): Promise<string> {
  const child = charge.start()
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`))
    child.once('exit', (code, by) => resolve(by === null ? `ended with status ${code}` : `was ended by ${by}`))
  })
  if (child.pid !== undefined) log(`${charge.name} runs as process ${child.pid}`)
  const kill = onEnd(
    signal,
    () => child.kill(charge.endSignal),
    charge.endWithinMs,
    () => child.kill('SIGKILL'),
  )
  return ended.finally(kill)
}

/** A process that is not our child cannot be waited for; it is looked at twice a second. */
async function watch(charge: Charge, pid: number, { clock, log, signal }: SuperviseOptions): Promise<string> {
  const known = identify(pid)
  if (known === undefined) return 'ended'
  log(`${charge.name} already runs as process ${pid} and is taken over`)
  const send = (name: NodeJS.Signals) => () => {
    if (isSame(known, identify(pid))) process.kill(pid, name)
  }
  const kill = onEnd(signal, send(charge.endSignal), charge.endWithinMs, send('SIGKILL'))
  while (isSame(known, identify(pid))) await clock.sleep(500)
  kill()
  return 'ended'
}

/** Runs `ask` when the signal comes and `force` some time after; the answer calls both off. */
function onEnd(signal: AbortSignal, ask: () => void, withinMs: Milliseconds, force: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const end = (): void => {
    ask()
    timer = setTimeout(force, withinMs)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return () => {
    signal.removeEventListener('abort', end)
    clearTimeout(timer)
  }
}
