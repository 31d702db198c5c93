import { expect, test } from 'vitest'

import { listen } from './listen.ts'
import { testDatabase } from './testing.ts'

test('notices arrive, and a connection that breaks is made again and says so', async () => {
  await using db = await testDatabase()
  const ended = new AbortController()
  const lost: unknown[] = []
  const notices = listen(db, 'floe_test', ended.signal, { onLost: (error) => lost.push(error) })
  const next = async (): Promise<unknown> => (await notices.next()).value
  const say = (word: string): Promise<unknown> => db.pool.query(`select pg_notify('floe_test', $1)`, [word])

  expect(await next()).toEqual({ type: 'connected' })
  await say('one')
  expect(await next()).toEqual({ type: 'notified', payload: 'one' })
  await say('two')
  await say('two')
  await say('three')
  expect(await next()).toEqual({ type: 'notified', payload: 'two' })

  await db.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and datname = current_database()`,
  )
  const after: unknown[] = []
  for (let notice = await next(); ; notice = await next()) {
    after.push(notice)
    if ((notice as { type: string }).type === 'connected') break
  }
  expect(after.at(-1)).toEqual({ type: 'connected' })
  expect(lost).toHaveLength(1)

  const waiting = notices.next()
  ended.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
  const { rows } = await db.pool.query(
    `select count(*)::int as n from pg_stat_activity where query like 'listen%' and datname = current_database()`,
  )
  expect(rows).toEqual([{ n: 0 }])
})
