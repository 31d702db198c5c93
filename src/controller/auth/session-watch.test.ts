import { afterAll, beforeAll, expect, test } from 'vitest'

import type { AccountId } from '../../base/ids.ts'
import { testDatabase, type TestDatabase } from '../../db/testing.ts'
import { insertAccount } from './account-store.ts'
import { insertSession, removeAged } from './session-store.ts'
import { createSessionWatch } from './session-watch.ts'

let db: TestDatabase
let account: AccountId
beforeAll(async () => {
  db = await testDatabase()
  account = (await insertAccount(db.kysely, { name: 'ada', role: 'viewer', passwordHash: null }))!.id
})
afterAll(() => db[Symbol.asyncDispose]())

const begin = (tokenHash: string) =>
  insertSession(db.kysely, { tokenHash, account, kind: 'web', address: '', agent: '' })

test('whoever hangs on a session hears once of its end, here or by another controller', async () => {
  using watch = createSessionWatch(db.kysely, () => {})
  await Promise.all(['a', 'b', 'c'].map(begin))
  const ended: string[] = []
  watch.watch('a', () => ended.push('a'))
  watch.watch('b', () => ended.push('b1'))
  watch.watch('b', () => ended.push('b2'))
  watch.watch('c', () => ended.push('c'))[Symbol.dispose]()
  watch.end(['a', 'a'])
  expect(ended).toEqual(['a'])
  await watch.look()
  expect(ended).toEqual(['a'])
  await db.kysely.deleteFrom('session').where('token_hash', 'in', ['b', 'c']).execute()
  await watch.look()
  await watch.look()
  expect(ended).toEqual(['a', 'b1', 'b2'])
})

test('what has ended by age is removed, and nothing else', async () => {
  await Promise.all(['old', 'idle', 'young'].map(begin))
  const set = (hash: string, change: object) =>
    db.kysely.updateTable('session').set(change).where('token_hash', '=', hash).execute()
  await set('old', { expires: new Date(0) })
  await set('idle', { seen: new Date(Date.now() - 13 * 3_600_000) })
  const key = { account: 'x', request_hash: 'y' }
  const yesterday = new Date(Date.now() - 25 * 3_600_000)
  await db.kysely
    .insertInto('idempotency')
    .values([
      { ...key, key: 'new' },
      { ...key, key: 'old', at: yesterday },
    ])
    .execute()
  await removeAged(db.kysely)
  const left = await db.kysely.selectFrom('session').select('token_hash').where('token_hash', '<>', 'a').execute()
  expect(left.map((row) => row.token_hash)).toEqual(['young'])
  const keys = await db.kysely.selectFrom('idempotency').select('key').execute()
  expect(keys).toEqual([{ key: 'new' }])
})
