import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Logger } from 'pino'

import { systemClock } from '../base/clock.ts'
import type { CopyId } from '../base/ids.ts'
import { openDb, type Db } from '../db/open-db.ts'
import { runSchemaSteps } from '../db/run-schema-steps.ts'
import { parseListen, places, readConfig, type Config } from '../setup/config.ts'
import { TaskEngine } from '../tasks/task-engine.ts'
import { createAuth } from './auth/auth.ts'
import { rowsFor } from './change-rows.ts'
import { createFeed } from './change/feed.ts'
import { createConsoles } from './console/consoles.ts'
import { hostHandlers } from './host/host-routes.ts'
import { Hosts } from './host/hosts.ts'
import { createServer } from './http/server.ts'
import { Notices } from './inventory/notices.ts'
import { killPointOf } from './kill-point.ts'
import { controllerMetrics } from './metrics.ts'
import { overviewHandlers } from './overview/overview-routes.ts'
import { inventoryHandlers } from './pool/pool-routes.ts'
import { becomeSole } from './sole.ts'
import { taskKinds } from './task-kinds.ts'
import { taskHandlers } from './task/task-routes.ts'
import { version } from './version.ts'
import { consoleHosts } from './vm/console-hosts.ts'
import { vmHandlers } from './vm/vm-routes.ts'
import type { World } from './world.ts'

export type ControllerRun = { readonly data: string; readonly log: Logger; readonly signal: AbortSignal }

/** Composes the controller and serves until the signal. Everything it opens is closed in the opposite order. */
export async function runController({ data, log, signal }: ControllerRun): Promise<void> {
  const at = places(data)
  const config = readConfig(data)
  if (config === undefined) throw new Error(`${at.config} is not there. "floe up" writes it.`)
  sole.onLost(() => ended.reject(new Error('Another controller uses this database; this one ends.')))
  if (signal.aborted) ended.resolve()
  await ended.promise
  log.info('Ending: what is under way is given back.')
}

const placeOf = (config: Config, runDir: string) =>
  config.database === undefined ? { socketDir: runDir } : { url: config.database }

/** Waits for a database that is just being started; says once a while what it waits for. */
async function untilDatabase(db: Db, log: Logger, signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await db.pool.query('select 1')
      return
    } catch (error) {
      if (tries % 50 === 10) log.warn({ err: error }, 'Waiting for the database.')
      await systemClock.sleep(100, signal).catch(() => {})
    }
  }
}
