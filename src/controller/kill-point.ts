import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'

import { systemClock } from '../base/clock.ts'

/** For tests only (FLOE_TESTING=1): the controller ends itself by SIGKILL when it reaches the place that FLOE_KILL_AT
 *  names; FLOE_KILL_LOG gets the name of every place it passes. The file FLOE_HOLD_FILE names a place at which the
 *  first task that comes there stands still: it takes the file away, and goes on when a file beside it, `.go`, names the place. So one
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
      if (hold !== undefined && holds(hold, name)) return standStill(hold, name)
    },
  }
}

async function standStill(hold: string, name: string): Promise<void> {
  rmSync(hold)
  while (!holds(`${hold}.go`, name)) await systemClock.sleep(5)
  rmSync(`${hold}.go`)
}

const holds = (file: string, name: string): boolean => existsSync(file) && readFileSync(file, 'utf8') === name
