import { spawn, type ChildProcess } from 'node:child_process'
import { chown, mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { findPostgres } from '../src/db/find-postgres.ts'
import { nobody } from './nobody.ts'
import { childrenOf, endProcess, identify, isAlive, type Identity } from './processes.ts'
import { run } from './run.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

/** A PostgreSQL of a test's own, to be killed and filled. For anything else `testDatabase` of src/db is faster. */
export type Postgres = AsyncDisposable & {
  /** A database `floe` without anything in it. */
  readonly url: string
  readonly pid: number
  /** As a crash: the postmaster by SIGKILL; its children notice and end. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** Starts one, with its files in `folder` (default: a scratch folder; a small disk's for a disk that is full).
 *  Unlike in other tests fsync is on: what it loses by a kill is what a real one would lose. */
export async function startPostgres(options: { readonly folder?: string } = {}): Promise<Postgres> {
  await using made = new AsyncDisposableStack()
  const home = made.use(await scratch('pg'))
  const [data, sockets] = [join(options.folder ?? home.path, 'pgdata'), join(home.path, 's')]
  for (const path of [data, sockets]) {
    await mkdir(path, { mode: 0o700 })
    if (nobody) await chown(path, nobody.id, nobody.id)
  }
  const bin = findPostgres()
  const user = nobody?.words ?? []
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' }
  const initdb = [join(bin, 'initdb'), '-D', data, '-U', 'floe', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']
  await run('setpriv', [...user, ...initdb, '--no-instructions'], { cwd: '/', env: environment })
  let postmaster: Identity | undefined

  async function start(): Promise<void> {
    const settings = [
      `unix_socket_directories=${sockets}`,
      'listen_addresses=',
      'shared_buffers=16MB',
      'max_wal_size=32MB',
    ]
    const args = [join(bin, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
    let child = launch(args)
    await until(
      'PostgreSQL',
      () => {
        // One that finds its folder still in the hands of a backend that is ending gives up; the product's keeper, too,
        // starts it again then.
        if (child.exitCode !== null) child = launch(args)
        return run('psql', ['-h', sockets, '-U', 'floe', '-d', 'postgres', '-c', 'select 1'])
      },
      60_000,
    )
  }
  function launch(args: readonly string[]): ChildProcess {
    // Immediate shutdown when this process goes, so that its children go with it.
    const child = spawn('setpriv', [...user, '--pdeathsig', 'QUIT', ...args], {
      stdio: 'ignore',
      cwd: '/',
      env: environment,
      detached: true,
    })
    child.unref()
    postmaster = identify(child.pid!)
    if (postmaster) home.note({ kind: 'process', who: postmaster })
    return child
  }
  const kill = async () => {
    if (!postmaster) return
    const children = childrenOf(postmaster.pid).map(identify)
    await endProcess(postmaster)
    // The next postmaster refuses the files as long as one of them lives.
    for (const child of children) if (child) await until('the end of a backend', () => !isAlive(child))
  }
  made.defer(async () => {
    if (postmaster) await endProcess(postmaster, 'SIGQUIT')
  })
  await start()
  await run('createdb', ['-h', sockets, '-U', 'floe', 'floe'])
  const owned = made.move()
  return {
    url: `postgresql://floe@localhost/floe?host=${encodeURIComponent(sockets)}`,
    get pid() {
      return postmaster?.pid ?? 0
    },
    kill,
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
