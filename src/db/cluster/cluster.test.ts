import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { nobody } from '../../../testbed/nobody.ts'
import { findPostgres } from '../find-postgres.ts'
import { clusterPlace, identify, isAccepting, recorded, runningPostmaster } from './index.ts'

const user = nobody && 'nobody'

let data: string
let keepers: ChildProcess[] = []

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'floe-cluster-'))
  if (nobody) chownSync(data, nobody.id, nobody.id)
  chmodSync(data, 0o750)
})

afterEach(async () => {
  for (const keeper of keepers) await end(keeper)
  keepers = []
  const left = runningPostmaster(clusterPlace(data))
  if (left !== undefined) process.kill(left, 'SIGKILL')
  await rm(data, { recursive: true, force: true })
})

/** The real supervisor as an unprivileged user. The capability lets it read a clone that only root may read. */
function keep(): ChildProcess {
  const program = [process.execPath, '--conditions=floe-source', join(import.meta.dirname, '../../main.ts')]
  const reads = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search']
  const drop = nobody ? ['setpriv', ...nobody.words, ...reads] : []
  const words = [...drop, ...program, 'keep', 'postgres', '--data', data]
  const keeper = spawn(words[0]!, words.slice(1), {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PGUSER: user },
  })
  keepers.push(keeper)
  return keeper
}

async function end(keeper: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  const gone = new Promise((resolve) => keeper.once('exit', resolve))
  keeper.kill(signal)
  await gone
}

async function until<T>(ask: () => T | undefined | false, what: string): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const answer = ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`never: ${what}. ${existsSync(place().logFile) ? readFileSync(place().logFile, 'utf8') : ''}`)
}

const place = () => clusterPlace(data)
const accepting = (): number | undefined => (isAccepting(place()) ? runningPostmaster(place()) : undefined)

async function sql(statement: string): Promise<string> {
  const drop = nobody ? ['setpriv', ...nobody.words] : []
  const words = [...drop, join(findPostgres(), 'psql'), '-h', place().socketDir, '-XAtc', statement, 'floe']
  const child = spawn(words[0]!, words.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PGUSER: user },
  })
  let out = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return out.trim()
}

test('a cluster is made with its database, on a Unix socket alone, durable and with checksums', async () => {
  keep()
  await until(accepting, 'PostgreSQL accepts')
  const shown = await sql(`select string_agg(setting, ' ' order by name) from pg_settings
    where name in ('data_checksums', 'fsync', 'full_page_writes', 'listen_addresses', 'synchronous_commit')`)
  expect(shown).toBe('on on on  on')
  expect(statSync(place().socketDir).mode & 0o777).toBe(0o700)
  expect(statSync(place().folder).mode & 0o777).toBe(0o700)
})

test('a killed PostgreSQL is started again, with everything that was committed', async () => {
  keep()
  const first = await until(accepting, 'PostgreSQL accepts')
  await sql('create table kept (n int); insert into kept values (7)')
  process.kill(first, 'SIGKILL')
  const second = await until(() => (runningPostmaster(place()) !== first ? accepting() : undefined), 'it runs again')
  expect(second).not.toBe(first)
  expect(await sql('select n from kept')).toBe('7')
})

test('a killed supervisor leaves PostgreSQL running, and the next one takes it over and ends it', async () => {
  const keeper = keep()
  const pid = await until(accepting, 'PostgreSQL accepts')
  await end(keeper, 'SIGKILL')
  expect(identify(pid)).toBeDefined()

  const next = keep()
  await until(() => recorded(join(data, 'run/keep-postgres.pid')) === next.pid, 'the second supervisor is recorded')
  expect(accepting()).toBe(pid)
  process.kill(pid, 'SIGKILL')
  await until(() => (runningPostmaster(place()) !== pid ? accepting() : undefined), 'the second supervisor starts it')
  await end(next)
  expect(runningPostmaster(place())).toBeUndefined()
})

test('two supervisors of one cluster are one: the second leaves at once', async () => {
  keep()
  const pid = await until(accepting, 'PostgreSQL accepts')
  const second = keep()
  await until(() => second.exitCode !== null, 'the second one ended')
  expect(second.exitCode).toBe(0)
  expect(accepting()).toBe(pid)
})
