import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { systemClock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import {
  clusterCharge,
  clusterPlace,
  forget,
  initCluster,
  openLog,
  record,
  recorded,
  supervise,
  type Charge,
} from '../db/cluster/index.ts'
import { findPostgres } from '../db/find-postgres.ts'
import { makeCertificate } from './certificate.ts'
import { places, type Places } from './config.ts'
import { setupError } from './errors.ts'
import { makeSample } from './make-sample.ts'
import { controllerEndsWithinMs } from './processes.ts'
import { renewDaily } from './renew-daily.ts'

/** What "floe up" runs as the product's user: `keep postgres|controller --data DIR` keeps a process alive; `keep
 *  sample` and `keep certificate` make what their names say and end. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === 'sample') await makeSample(args.slice(1))
    else if (args[0] === 'certificate') await makeCertificate(args.slice(1))
    else await keep(args)
  } catch (error) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
}

/** Keeps one process of a copy of Floe alive until SIGTERM, and ends it then. Killed itself, it leaves the process
 *  running; the next one takes it over. */
async function keep(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { data: { type: 'string' } },
    allowPositionals: true,
  })
  const what = positionals[0]
  if (values.data === undefined || (what !== 'postgres' && what !== 'controller')) throw setupError('keep_usage')
  const at = places(values.data)
  const pidFile = what === 'postgres' ? at.keepPostgresPid : at.keepControllerPid
  const other = recorded(pidFile)
  if (other !== undefined && other !== process.pid) return log(`process ${other} keeps ${what} already`)
  record(pidFile, process.pid)

  const ended = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => ended.abort())
  process.on('SIGHUP', () => undefined) // the terminal it was started from may go
  using _renewal = what === 'controller' ? renewDaily(values.data, log) : undefined
  try {
    await supervise(await chargeOf(what, at), { clock: systemClock, log, signal: ended.signal })
  } finally {
    if (recorded(pidFile) === process.pid) forget(pidFile)
  }
}

const log = (line: string): void => console.log(`${new Date().toISOString()} keep: ${line}`)

async function chargeOf(what: 'postgres' | 'controller', at: Places): Promise<Charge> {
  if (what === 'controller') return controllerCharge(at)
  const place = clusterPlace(at.data)
  const bin = findPostgres()
  await initCluster(place, bin)
  return clusterCharge(place, bin)
}

const controllerCharge = (at: Places): Charge => ({
  name: 'the controller',
  running: () => recorded(at.controllerPid),
  start: () => startController(at),
  endSignal: 'SIGTERM',
  endWithinMs: controllerEndsWithinMs,
})

/** Room for young objects, in MiB. Node's own 32 lets a controller that lists many VMs take 280 MB; with 4 it takes
 *  170 MB, as fast within what two busy cores let see (2,200 pages of 100 VMs: 24 s and 27 s), and 20 MB live in it. */
const youngMiB = 4

function startController(at: Places): ChildProcess {
  const out = openLog(at.controllerLog)
  try {
    const node = [...process.execArgv, `--max-semi-space-size=${youngMiB}`]
    const child = spawn(process.execPath, [...node, process.argv[1]!, 'controller', '--data', at.data], {
      stdio: ['ignore', out, out],
      detached: true,
      cwd: '/',
    })
    if (child.pid !== undefined) record(at.controllerPid, child.pid)
    return child
  } finally {
    closeSync(out)
  }
}
