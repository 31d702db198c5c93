import { spawn } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'

import { systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { clusterPlace, forget, identify, isSame, openLog, recorded, runningPostmaster } from '../db/cluster/index.ts'
import type { App } from './app-copy.ts'
import { places } from './config.ts'
import { setupError } from './errors.ts'
import { asProduct, owning, type ProductUser } from './product-user.ts'

/** The processes of one copy that live now. */
export type Running = {
  readonly keepPostgres: number | undefined
  readonly postgres: number | undefined
  readonly keepController: number | undefined
  readonly controller: number | undefined
}

export function runningOf(data: string): Running {
  const at = places(data)
  return {
    keepPostgres: recorded(at.keepPostgresPid),
    postgres: runningPostmaster(clusterPlace(data)),
    keepController: recorded(at.keepControllerPid),
    controller: recorded(at.controllerPid),
  }
}

export const isRunning = ({ keepController, controller }: Running): boolean =>
  keepController !== undefined && controller !== undefined

/** The program that a process was started from, if it is one of ours. */
export function programOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .find((part) => part.endsWith('floe.mjs'))
  } catch {
    return undefined
  }
}

/** Starts a supervisor as the product's user, in a session of its own: a Ctrl-C here does not reach it. */
export function startKeeper(what: 'postgres' | 'controller', data: string, app: App, user: ProductUser): void {
  const [program, ...args] = asProduct(user, [
    app.node,
    '--enable-source-maps',
    app.program,
    'keep',
    what,
    '--data',
    data,
  ])
  const log = owning(user, () => openLog(`${places(data).log}/keep.log`))
  try {
    spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' }).unref()
  } finally {
    closeSync(log)
  }
}

/** Runs a part of Floe as the product's user to its end. */
export function asPart(app: App, user: ProductUser, ...args: string[]): [string, ...string[]] {
  return asProduct(user, [app.node, app.program, ...args])
}

/** Ends a process in good order and waits; kills it after `withinMs`. True when there was one. */
export async function endProcess(pid: number | undefined, withinMs: Milliseconds): Promise<boolean> {
  const known = pid === undefined ? undefined : identify(pid)
  if (known === undefined) return false
  process.kill(known.pid, 'SIGTERM')
  const end = performance.now() + withinMs
  while (isSame(known, identify(known.pid))) {
    if (performance.now() > end) {
      process.kill(known.pid, 'SIGKILL')
      return true
    }
    await systemClock.sleep(50)
  }
  return true
}

/** Ends the controller and its supervisor; a supervisor that was killed left the controller to us. */
export async function endController(data: string): Promise<boolean> {
  const { keepController } = runningOf(data)
  const ended = await endProcess(keepController, 40_000)
  const { controller } = runningOf(data)
  const left = await endProcess(controller, 30_000)
  forget(places(data).controllerPid)
  return ended || left
}

/** Ends the database and its supervisor. Fast shutdown for a postmaster without one. */
export async function endDatabase(data: string): Promise<boolean> {
  const ended = await endProcess(runningOf(data).keepPostgres, 70_000)
  const { postgres } = runningOf(data)
  if (postgres === undefined) return ended
  const known = identify(postgres)
  if (known === undefined) return ended
  process.kill(postgres, 'SIGINT')
  while (isSame(known, identify(postgres))) await systemClock.sleep(100)
  return true
}

/** Waits until `ready` says so. Errors: `not_started` with the end of the log. */
export async function waitFor(
  what: string,
  ready: () => Promise<boolean> | boolean,
  log: string,
  withinMs: Milliseconds,
): Promise<void> {
  const end = performance.now() + withinMs
  while (!(await ready())) {
    if (performance.now() > end)
      throw setupError('not_started', { what, seconds: withinMs / 1000, last: lastLine(log), log })
    await systemClock.sleep(50)
  }
}

function lastLine(file: string): string {
  try {
    return `"${readFileSync(file, 'utf8').trim().split('\n').at(-1)}".`
  } catch {
    return 'nothing.'
  }
}
