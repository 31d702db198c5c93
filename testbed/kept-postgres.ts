import { spawn } from 'node:child_process'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { clusterPlace, isAccepting, runningPostmaster } from '../src/db/cluster/index.ts'
import { findPostgres } from '../src/db/find-postgres.ts'
import { nobody } from './nobody.ts'
import { endProcess, identify } from './processes.ts'
import { run } from './run.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

/** The cluster as the product keeps it: made, started and started again by `floe keep postgres`. */
export type KeptPostgres = AsyncDisposable & {
  /** Its database `floe`, without anything in it. */
  readonly url: string
  readonly pid: number
  /** The postmaster by SIGKILL, from outside, and its keeper stopped, so that it stays away until `goOn`. */
  kill(): Promise<void>
  /** The keeper goes on: it starts PostgreSQL again by itself. Answers when it takes connections. */
  goOn(): Promise<void>
}

/** Starts the keeper as an unprivileged user; the caller may connect as the user it runs as itself. */
export async function startKeptPostgres(): Promise<KeptPostgres> {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('kept'))
  const data = join(folder.path, 'data')
  await mkdir(data, { mode: 0o750 })
  if (nobody) await chown(data, nobody.id, nobody.id)
  const user = nobody?.words ?? []
  // The capability lets it read a clone that only root may read.
  const reads = nobody ? ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'] : []
  const main = join(import.meta.dirname, '../src/main.ts')
  const program = [process.execPath, '--conditions=floe-source', main, 'keep', 'postgres', '--data', data]
  const child = spawn('setpriv', [...user, ...reads, '--pdeathsig', 'TERM', ...program], { stdio: 'ignore' })
  child.unref()
  const keeper = identify(child.pid!)!
  folder.note({ kind: 'process', who: keeper })
  made.defer(async () => {
    process.kill(keeper.pid, 'SIGCONT')
    await endProcess(keeper, 'SIGTERM', 60_000)
  })

  const place = clusterPlace(data)
  const running = (): number | undefined => (isAccepting(place) ? runningPostmaster(place) : undefined)
  const first = await until('PostgreSQL', running, 60_000)
  const note = (pid: number): void => {
    const who = identify(pid)
    if (who) folder.note({ kind: 'process', who })
  }
  note(first)
  if (nobody) {
    const psql = [join(findPostgres(), 'psql'), '-h', place.socketDir, '-U', 'nobody', '-d', 'floe', '-c']
    await run('setpriv', [...user, ...psql, 'create role root superuser login'], { cwd: '/' })
  }
  const owned = made.move()
  let last = first
  return {
    url: `postgresql://${nobody ? 'root' : process.env['USER']}@localhost/floe?host=${encodeURIComponent(place.socketDir)}`,
    get pid() {
      return runningPostmaster(place) ?? 0
    },
    kill: async () => {
      const who = identify((last = runningPostmaster(place)!))
      process.kill(keeper.pid, 'SIGSTOP')
      if (who) await endProcess(who)
    },
    goOn: async () => {
      process.kill(keeper.pid, 'SIGCONT')
      const isNew = (pid: number | undefined): number | undefined => (pid === last ? undefined : pid)
      note(await until('PostgreSQL again', () => isNew(running()), 60_000))
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
