import { spawn } from 'node:child_process'
import { closeSync, readFileSync } from 'node:fs'

import { systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { clusterPlace, forget, openLog, recorded, runningPostmaster } from '../db/cluster/index.ts'
import type { App } from './app-copy.ts'
import { places } from './config.ts'
import { endProcess, type Ending } from './end-process.ts'
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

/** What the supervisor gives the controller to end in good order before it kills it. */
export const controllerEndsWithinMs: Milliseconds = 30_000

/** Ends the controller and its supervisor, within 1.5 minutes whatever they do; a supervisor that was killed left the
 *  controller to us. */
export async function endController(data: string): Promise<Ending> {
  const { keepController } = runningOf(data)
  const began = systemClock.monotonic()
  const keeper = await endProcess(keepController, { withinMs: controllerEndsWithinMs + 10_000 })
  const waitedMs = systemClock.monotonic() - began
  const left = await endProcess(runningOf(data).controller, { withinMs: controllerEndsWithinMs })
  if (left !== 'stuck') forget(places(data).controllerPid)
  if (left !== 'none') return left
  // The supervisor ends last: one that took this long had to kill the controller.
  return keeper === 'ended' && waitedMs >= controllerEndsWithinMs ? 'killed' : keeper
}

/** Ends the database and its supervisor, within 2.5 minutes. Fast shutdown for a postmaster without one. */
export async function endDatabase(data: string): Promise<Ending> {
  const keeper = await endProcess(runningOf(data).keepPostgres, { withinMs: 70_000 })
  const left = await endProcess(runningOf(data).postgres, { signal: 'SIGINT', withinMs: 60_000 })
  return left === 'none' ? keeper : left
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
