import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

import { pino } from 'pino'
import { expect, test } from 'vitest'

import { until } from '../../testbed/until.ts'
import { testDatabase, type TestDatabase } from '../db/testing.ts'
import { becomeSole } from './sole.ts'

const log = pino({ level: 'silent' })
const quick = { log, heartbeatMs: 50, deadlineMs: 500 }

/** A network between us and the database, which can be lost without a word: by `lose`, or when we say `loseAt`. */
async function network(db: TestDatabase, loseAt?: string) {
  const url = new URL(db.url)
  const folder = url.searchParams.get('host')!
  const sockets = new Set<Socket>()
  let open = 0
  let made = 0
  let silent = false
  const server = createServer((near) => {
    const far = connect(`${folder}/.s.PGSQL.5432`)
    open++
    made++
    near.once('close', () => open--)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes: Buffer) => {
        silent ||= loseAt !== undefined && bytes.includes(loseAt)
        if (!silent) to.write(bytes)
      })
      // The end of one side is a message too: what the network lost hears nothing of it.
      from.on('close', () => void (silent || to.destroy()))
      from.on('error', () => {})
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    place: { url: `postgresql://floe@127.0.0.1:${port}${url.pathname}` },
    lose: () => void (silent = true),
    open: () => open,
    made: () => made,
    find: () => void (silent = false),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Who holds the lock, as the server sees it. */
const holders = async (db: TestDatabase): Promise<number[]> => {
  const { rows } = await db.pool.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  )
  return rows.map((row) => row.pid)
}

test('a network that loses the connection without a word is noticed, and the lock is taken again', async () => {
  await using db = await testDatabase()
  await using line = await network(db)
  await using sole = await becomeSole(line, { ...quick, signal: AbortSignal.timeout(60_000) })
  const [before] = await holders(db)
  line.lose()
  // The server knows nothing: to it the lost connection still holds the lock.
  await until('another try', () => line.made() > 1)
  expect(await holders(db)).toEqual([before])
  line.find()
  await until('another connection that holds it', async () => {
    const now = await holders(db)
    return now.length === 1 && now[0] !== before
  })
  expect(sole.lost).toBe(false)
}, 60_000)

test('another controller that took over while the connection was broken is told, also to who asks late', async () => {
  await using db = await testDatabase()
  await using line = await network(db)
  await using first = await becomeSole(line, { ...quick, signal: AbortSignal.timeout(60_000) })
  let told = 0
  first.onLost(() => told++)
  line.lose()
  await db.pool.query('select pg_terminate_backend(pid) from unnest($1::int[]) pid', [await holders(db)])
  await using second = await becomeSole(db, { ...quick, signal: AbortSignal.timeout(60_000) })
  line.find()
  await until('the loss', () => first.lost)
  first.onLost(() => told++)
  expect(told).toBe(2)
  expect(second.lost).toBe(false)
}, 60_000)

test('a try that the database does not answer leaves no connection open', async () => {
  await using db = await testDatabase()
  await using line = await network(db, 'pg_try_advisory_lock')
  await expect(becomeSole(line, { ...quick, signal: AbortSignal.timeout(60_000) })).rejects.toThrow('timeout')
  await until('the end of the connection', () => line.open() === 0)
}, 60_000)
