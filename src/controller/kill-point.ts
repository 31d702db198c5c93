import { appendFileSync } from 'node:fs'

/** For tests only (FLOE_TESTING=1): the controller ends itself by SIGKILL when it reaches the place that FLOE_KILL_AT
 *  names, once; FLOE_KILL_LOG gets the name of every place it passes. */
export function killPointOf(env: Readonly<Record<string, string | undefined>>): { killPoint?: (name: string) => void } {
  if (env['FLOE_TESTING'] !== '1') return {}
  const { FLOE_KILL_AT: at, FLOE_KILL_LOG: log } = env
  if (at === undefined && log === undefined) return {}
  return {
    killPoint: (name) => {
      if (log !== undefined) appendFileSync(log, `${name}\n`)
      if (name === at) process.kill(process.pid, 'SIGKILL')
    },
  }
}
