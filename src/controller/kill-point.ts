import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'

import { systemClock } from '../base/clock.ts'

/** For tests only (FLOE_TESTING=1): the controller ends itself by SIGKILL when it reaches the place that FLOE_KILL_AT
 *  names; FLOE_KILL_LOG gets the name of every place it passes. The file FLOE_HOLD_FILE names a place at which the
 *  first task that comes there stands still: it takes the file away, and goes on when there is a file NAME.go. So one
 *  SIGKILL from outside meets many tasks, each at its own place. */
export function killPointOf(env: Readonly<Record<string, string | undefined>>): {
  killPoint?: (name: string) => void | Promise<void>
} {
  if (env['FLOE_TESTING'] !== '1') return {}
  const { FLOE_KILL_AT: at, FLOE_KILL_LOG: log, FLOE_HOLD_FILE: hold } = env
  if (at === undefined && log === undefined && hold === undefined) return {}
  return {
    killPoint: (name) => {
      if (log !== undefined) appendFileSync(log, `${name}\n`)
      if (name === at) process.kill(process.pid, 'SIGKILL')
      if (hold !== undefined && existsSync(hold) && readFileSync(hold, 'utf8') === name) return standStill(hold)
    },
  }
}

async function standStill(hold: string): Promise<void> {
  rmSync(hold)
  while (!existsSync(`${hold}.go`)) await systemClock.sleep(5)
  rmSync(`${hold}.go`)
}
