import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { newId, type VmId } from '../base/ids.ts'
import { openDb } from './open-db.ts'
import { testDatabase } from './testing.ts'

test('64-bit integers are numbers, and refused beyond 2^53', async () => {
  await using db = await testDatabase()
  const { rows } = await db.pool.query('select 9007199254740991::bigint as n')
  expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER }])
  await expect(db.pool.query('select 9007199254740992::bigint as n')).rejects.toThrow('beyond 2^53')
})

test('a transaction that nobody goes on with is ended by the server', async () => {
  await using db = await testDatabase()
  const { rows } = await db.pool.query('show idle_in_transaction_session_timeout')
  expect(rows).toEqual([{ idle_in_transaction_session_timeout: '10s' }])
})

test('a server that cannot be reached is an error of the query', async () => {
  await using db = openDb({ socketDir: '/nonexistent' })
  await expect(db.pool.query('select 1')).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a name of 10,000 characters can be stored and sorted', async () => {
  await using db = await testDatabase()
  const name = Array.from({ length: 10_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000))).join('')
  await db.kysely
    .insertInto('vm')
    .values({ id: newId<VmId>(), name, tags: [], scopes: ['all'] })
    .execute()
  const row = await db.kysely.selectFrom('vm').select(['name', 'name_key']).executeTakeFirstOrThrow()
  expect([row.name === name, row.name_key.length]).toEqual([true, 200])
})

test('a connection that breaks in the middle of a transaction is an error of the query, and the next one works', async () => {
  const lost: Error[] = []
  await using db = await testDatabase({ onLost: (error) => lost.push(error) })
  await using other = openDb({ url: db.url })
  for (let i = 0; i < 5; i++) {
    const broken = db.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await other.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
      await sql`select 1`.execute(trx)
    })
    expect(await broken.catch((error: unknown) => error)).toBeInstanceOf(Error)
    expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  }
  expect(lost.length).toBeGreaterThanOrEqual(5)
})
