import type { Logger } from 'pino'

import { systemClock } from '../base/clock.ts'
import type { CopyId, HostId } from '../base/ids.ts'
import { openDb, type Db } from '../db/open-db.ts'
import { runSchemaSteps } from '../db/run-schema-steps.ts'
import { parseListen, places, readConfig, type Config } from '../setup/config.ts'
import { TaskEngine } from '../tasks/task-engine.ts'
import { createAuth } from './auth/auth.ts'
import { rowsFor } from './change-rows.ts'
import { createFeed } from './change/feed.ts'
import { createConsoles } from './console/consoles.ts'
import { holderName, releaseDeadHolders } from './holder.ts'
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
import { isConnectionBreak } from './task/connection-break.ts'
import { taskHandlers } from './task/task-routes.ts'
import { findUiDir } from './ui-dir.ts'
import { version } from './version.ts'
import { consoleHosts } from './vm/console-hosts.ts'
import { SampleFiles } from './vm/sample-files.ts'
import { vmHandlers } from './vm/vm-routes.ts'
import { withOwnSerial } from './vm/vm-sightings.ts'
import type { World } from './world.ts'

export type ControllerRun = { readonly data: string; readonly log: Logger; readonly signal: AbortSignal }

/** Composes the controller and serves until the signal. Everything it opens is closed in the opposite order. */
export async function runController({ data, log, signal }: ControllerRun): Promise<void> {
  const at = places(data)
  const config = readConfig(data)
  if (config === undefined) throw new Error(`${at.config} is not there. "floe up" writes it.`)
  await using closing = new AsyncDisposableStack()

  const db = closing.use(
    openDb(placeOf(config, at.run), {
      max: 12,
      onLost: (error) =>
        log.warn({ err: error }, 'A connection to the database was lost; the next call opens another.'),
    }),
  )
  await untilDatabase(db, log, signal)
  if (signal.aborted) return
  const applied = await runSchemaSteps(db)
  if (applied.length > 0) log.info({ steps: applied }, 'The database has the schema of this version.')
  const sole = closing.use(await becomeSole(db, { log, signal }))

  const trouble = (sentence: string, cause: unknown): void => log.warn({ err: cause }, sentence)
  const notices = new Notices()
  const readSerial = (host: HostId, of: Parameters<typeof withOwnSerial>[1]): void =>
    void withOwnSerial(db.kysely, of)
      .then((vms) => vms.forEach((vm) => consoles.serialStarted(vm, host)))
      .catch((error: unknown) => trouble('Serial consoles are read only once somebody looks', error))
  const hosts = closing.use(
    new Hosts({
      db: db.kysely,
      copy: config.id,
      onTrouble: trouble,
      onApplied: (vms) => notices.tell(vms),
      onListed: (host) => readSerial(host.id, { host: host.id }),
      onRunning: (host, news) => {
        if (news.started.length > 0) readSerial(host.id, { vms: news.started })
        for (const vm of news.stopped) consoles.serialStopped(vm)
      },
    }),
  )
  const world: World = {
    db: db.kysely,
    copy: config.id as CopyId,
    hosts,
    notices,
    ownPool: { name: config.pool, path: config.imagesDir },
    sample: new SampleFiles(at.sample),
    log,
  }
  const engine = closing.use(
    new TaskEngine<World>({
      db,
      world,
      kinds: taskKinds,
      identity: holderName(),
      undo: { times: 8, delayMs: 1000 }, // two minutes in all: a host that restarts is back by then
      isBreak: isConnectionBreak,
      onTrouble: trouble,
      ...killPointOf(process.env),
    }),
  )
  const auth = closing.use(await createAuth({ db, copy: config.id, version, log }))
  const feed = closing.use(createFeed({ db, rowsFor: rowsFor(world), sessions: auth, log }))
  const consoles = closing.use(createConsoles({ db, sessions: auth, log, hosts: consoleHosts(world) }))

  const listen = parseListen(config.listen)
  const uiDir = findUiDir(process.env)
  const server = closing.use(
    await createServer({
      handlers: [
        ...hostHandlers(world, engine),
        ...inventoryHandlers(world),
        ...overviewHandlers(world),
        ...taskHandlers(world, engine),
        ...vmHandlers(world, engine),
      ],
      db,
      auth,
      feed,
      consoles,
      metrics: controllerMetrics({ db, world, feed, consoles }),
      log,
      copy: config.id,
      version,
      addresses: [],
      ...(uiDir !== undefined && { uiDir }),
      ready: async () => {
        await db.pool.query('select 1')
        return sole.lost ? { ok: false, why: 'Another controller took over.' } : { ok: true }
      },
    }),
  )

  // First the hosts: what is taken up again needs them. The dead hold nothing any more.
  await hosts.start()
  await releaseDeadHolders(db.kysely)
  engine.start()
  log.info({ address: await server.listen({ unix: at.socket }) }, 'Serving the machine itself.')
  log.info({ address: await server.listen({ ...listen, ...(config.tls && { tls: config.tls }) }) }, 'Serving.')
  const ended = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
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
