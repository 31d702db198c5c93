import { expect, test } from 'vitest'

import { apiError } from '../../api/index.ts'
import { openDb } from '../../db/open-db.ts'
import { testDatabase } from '../../db/testing.ts'
import { refusalOf, toProblem } from './problem.ts'

const asked = { id: 'r1', method: 'GET', path: '/api/v1/vms' }
const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a database that is not there, or ends, is "database_away" with when to ask again', async () => {
  await using nowhere = openDb({ socketDir: '/nonexistent', user: 'floe' })
  const missing = await thrownBy(nowhere.pool.query('select 1'))
  expect(refusalOf(missing, asked).code).toBe('database_away')

  await using db = await testDatabase()
  const killed = await thrownBy(db.pool.query('select pg_terminate_backend(pg_backend_pid())'))
  const refusal = refusalOf(killed, asked)
  expect(refusal.code).toBe('database_away')
  expect(toProblem(refusal, 'r1')).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
})

test('a refusal keeps its sentence; too many says when to come back', () => {
  const slow = apiError('slow_down', { name: 'ada', seconds: 3.2 })
  expect(toProblem(refusalOf(slow, asked), 'r1')).toMatchObject({
    status: 429,
    headers: { 'retry-after': '4', 'content-type': 'application/problem+json' },
    body: { type: '/errors/slow_down', code: 'slow_down', instance: 'urn:floe:request:r1' },
  })
})

test('an unknown error says nothing of itself', () => {
  const problem = toProblem(refusalOf(new Error('row 7 of /var/lib'), asked), 'r1')
  expect(problem.status).toBe(500)
  expect(JSON.stringify(problem.body)).not.toContain('/var/lib')
  expect(problem.body['title']).toContain('r1')
})
