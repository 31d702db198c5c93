import { spawn } from 'node:child_process'
import { chownSync, mkdtempSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client } from 'pg'

import { dbError } from './db-errors.ts'
import { findPostgres } from './find-postgres.ts'
import { openDb, type Db, type DbOptions } from './open-db.ts'
import { runSchemaSteps } from './run-schema-steps.ts'

/** `url` is for other processes that take part in a test. */
export type TestDatabase = Db & { readonly url: string; readonly name: string }

/** A fresh database with the whole schema, on a throw-away cluster of this process that starts with the first call
 *  and is removed when the process ends, however it ends. Use with `await using`; disposing fails when connections are left. */
export async function testDatabase(options: DbOptions = {}): Promise<TestDatabase> {
  const cluster = await testCluster()
  const name = await cluster.create()
  const url = cluster.url(name)
  const db = openDb({ url }, { max: 5, ...options })
  const dispose = async (): Promise<void> => {
    await db[Symbol.asyncDispose]()
    await cluster.drop(name)
  }
  return { ...db, url, name, [Symbol.asyncDispose]: dispose }
}

type TestCluster = {
  url(database: string): string
  create(): Promise<string>
  drop(name: string): Promise<void>
}

/** On globalThis, because test files of one worker may each load this module anew. */
const slot = Symbol.for('floe.test-cluster')
const held = globalThis as { [slot]?: Promise<TestCluster> }
const testCluster = (): Promise<TestCluster> => (held[slot] ??= startTestCluster())

async function startTestCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'floe-test-db-'))
  await startGuard(folder)
  const url = (database: string): string => `postgresql://floe@localhost/${database}?host=${encodeURIComponent(folder)}`
  const admin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: url('postgres') })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  await admin((client) => client.query('create database template'))
  {
    await using template = openDb({ url: url('template') }, { max: 1 })
    await runSchemaSteps(template)
  }
  let count = 0
  // One at a time: PostgreSQL refuses a template that somebody else copies at the same moment.
  let last: Promise<unknown> = Promise.resolve()
  const create = async (): Promise<string> => {
    const name = `test_${++count}`
    const made = last.then(() => admin((client) => client.query(`create database ${name} template template`)))
    last = made.catch(() => {})
    await made
    return name
  }
  return { url, create, drop: (name) => admin((client) => dropDatabase(client, name)) }
}

/** The server sees a closed connection a moment later than we do. */
async function dropDatabase(client: Client, name: string): Promise<void> {
  let left: string[] = []
  for (let tries = 0; tries < 100; tries++) {
    const { rows } = await client.query<{ who: string }>(
      `select coalesce(nullif(query, ''), application_name) as who from pg_stat_activity where datname = $1`,
      [name],
    )
    left = rows.map(({ who }) => who)
    if (left.length === 0) break
    await sleep(10)
  }
  await client.query(`drop database ${name} with (force)`)
  if (left.length > 0) throw dbError('test_leak', { who: left })
}

/** A shell that owns the cluster and waits on a pipe from us: it ends the cluster and removes the folder when this
 *  process ends, by SIGKILL too. Its own session, so Ctrl-C in the terminal reaches us and not it. */
const guard = `
bin=$1 dir=$2
{ "$bin/initdb" -D "$dir/data" -U floe -A trust -E UTF8 --locale=C.UTF-8 --no-sync --no-instructions &&
  "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w start -o "-c listen_addresses= -c unix_socket_directories=$dir \\
    -c fsync=off -c full_page_writes=off -c autovacuum=off -c shared_buffers=16MB -c max_connections=200"
} </dev/null >"$dir/start" 2>&1 && echo ready || tail -n 20 "$dir/start" "$dir/log"
exec 1>&-
cat >/dev/null
"$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
cd / && rm -rf "$dir"`

async function startGuard(folder: string): Promise<void> {
  const command = ['sh', '-c', guard, 'floe-test-db', findPostgres(), folder]
  const nobody = 65534 // initdb refuses root
  if (process.getuid?.() === 0) {
    chownSync(folder, nobody, nobody)
    command.unshift('setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups')
  }
  const [program, ...args] = command as [string, ...string[]]
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true, cwd: folder })
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  const said = await Promise.race([failed, text(child.stdout)])
  if (said.trim() !== 'ready') {
    child.stdin.end()
    throw dbError('test_cluster', { why: said.trim() })
  }
  child.unref()
  ;(child.stdin as Socket).unref()
}
