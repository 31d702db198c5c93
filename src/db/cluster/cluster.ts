import { spawn, type ChildProcess } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { clusterError } from './cluster-errors.ts'
import { clusterAccess, clusterSettings } from './cluster-settings.ts'
import type { Charge } from './supervise.ts'

/** Where a copy of Floe has its PostgreSQL cluster. */
export type ClusterPlace = {
  /** The cluster's files. */
  readonly folder: string
  /** The folder of its Unix socket; nobody but its owner may enter. */
  readonly socketDir: string
  /** What PostgreSQL says. */
  readonly logFile: string
}

export const database = 'floe'

/** The places under a copy's data folder. */
export const clusterPlace = (data: string): ClusterPlace => ({
  folder: join(data, 'db'),
  socketDir: join(data, 'run'),
  logFile: join(data, 'log', 'postgres.log'),
})

/** Makes the cluster and in it the database `floe`, owned by the user who runs this; does nothing where it is made.
 *  A run that was killed leaves `db.new`, which the next one removes. Errors: `cluster_root`, `cluster_init`. */
export async function initCluster(place: ClusterPlace, newestBin: string): Promise<void> {
  if (existsSync(join(place.folder, 'PG_VERSION'))) return
  if (process.getuid?.() === 0) throw clusterError('cluster_root', { folder: place.folder })
  const fresh = `${place.folder}.new`
  await rm(fresh, { recursive: true, force: true })
  const owner = userInfo().username
  await runTool(join(newestBin, 'initdb'), [
    '-D',
    fresh,
    '-U',
    owner,
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions',
    '--auth-local=peer',
    '--auth-host=reject',
  ])
  // Before the cluster is in its place, so that a cluster in its place has its database.
  await runTool(join(newestBin, 'postgres'), ['--single', '-D', fresh, 'postgres'], `create database ${database};\n`)
  renameSync(fresh, place.folder)
}

async function runTool(program: string, args: readonly string[], input = ''): Promise<void> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    cwd: '/',
  })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (status !== 0)
    throw clusterError('cluster_init', { program, why: (err || out).trim().split('\n').slice(-3).join(' ') })
}

/** The programs of the version that made the cluster; another major version cannot read it.
 *  Errors: `cluster_version` names the package that has them. */
export function binOf(place: ClusterPlace, newestBin: string): string {
  const version = readFileSync(join(place.folder, 'PG_VERSION'), 'utf8').trim()
  const debian = `/usr/lib/postgresql/${version}/bin`
  if (existsSync(join(debian, 'postgres'))) return debian
  if (!newestBin.startsWith('/usr/lib/postgresql/')) return newestBin
  throw clusterError('cluster_version', { folder: place.folder, version })
}

/** The cluster as something to keep alive. */
export const clusterCharge = (place: ClusterPlace, newestBin: string): Charge => ({
  name: 'PostgreSQL',
  running: () => runningPostmaster(place),
  start: () => startCluster(place, newestBin),
  endSignal: 'SIGINT', // "fast": ends sessions, writes a checkpoint
  endWithinMs: 60_000,
})

/** Starts the cluster in a session of its own. Who calls this owns the child. */
export function startCluster(place: ClusterPlace, newestBin: string): ChildProcess {
  removeStalePid(place)
  mkdirSync(place.socketDir, { recursive: true, mode: 0o700 })
  writeFileSync(join(place.folder, 'postgresql.conf'), clusterSettings(place.socketDir), { mode: 0o600 })
  writeFileSync(join(place.folder, 'pg_hba.conf'), clusterAccess, { mode: 0o600 })
  const log = openLog(place.logFile)
  try {
    return spawn(join(binOf(place, newestBin), 'postgres'), ['-D', place.folder], {
      stdio: ['ignore', log, log],
      detached: true,
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C.UTF-8', PGDATA: '' },
    })
  } finally {
    closeSync(log)
  }
}

const largestLog = 10 << 20

/** Opens a log to append to; one that has grown too long is put aside first, with one predecessor kept. */
export function openLog(file: string): number {
  mkdirSync(join(file, '..'), { recursive: true, mode: 0o750 })
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o640)
}

/** The process of the cluster's postmaster, if it runs. A number in postmaster.pid may be anybody's after a reboot:
 *  it is PostgreSQL's only when that process works in the cluster's folder. */
export function runningPostmaster(place: ClusterPlace): number | undefined {
  const pid = Number(readPidFile(place)?.split('\n')[0])
  return Number.isSafeInteger(pid) && pid > 1 && worksIn(pid, place.folder) ? pid : undefined
}

const readPidFile = (place: ClusterPlace): string | undefined => {
  try {
    return readFileSync(join(place.folder, 'postmaster.pid'), 'utf8')
  } catch {
    return undefined
  }
}

const worksIn = (pid: number | string, folder: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder)
  } catch {
    return false
  }
}

/** PostgreSQL refuses to start when the number in postmaster.pid lives, whoever it is now. Taken away only when no
 *  process at all works in the cluster's folder: an orphaned session of it still writes. */
function removeStalePid(place: ClusterPlace): void {
  if (readPidFile(place) === undefined) return
  const alive = readdirSync('/proc').some((name) => /^\d+$/.test(name) && worksIn(name, place.folder))
  if (!alive) rmSync(join(place.folder, 'postmaster.pid'), { force: true })
}

/** True when the cluster runs and takes connections: PostgreSQL writes "ready" as the eighth line of postmaster.pid. */
export const isAccepting = (place: ClusterPlace): boolean =>
  runningPostmaster(place) !== undefined && readPidFile(place)?.split('\n')[7]?.trim() === 'ready'
