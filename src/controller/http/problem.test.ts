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
  expect(toProblem(refusal, asked)).toMatchObject({ status: 503, headers: { 'retry-after': '2' } })
})

test('a refusal keeps its sentence; too many says when to come back', () => {
  const slow = apiError('slow_down', { name: 'ada', seconds: 3.2 })
  expect(toProblem(refusalOf(slow, asked), asked)).toMatchObject({
    status: 429,
    headers: { 'retry-after': '4', 'content-type': 'application/problem+json' },
    body: { type: '/errors/slow_down', code: 'slow_down', instance: 'urn:floe:request:r1' },
  })
})

test('an unknown error says nothing of itself', () => {
  const problem = toProblem(refusalOf(new Error('row 7 of /var/lib'), asked), asked)
  expect(problem.status).toBe(500)
  expect(JSON.stringify(problem.body)).not.toContain('/var/lib')
  expect(problem.body['title']).toContain('r1')
})

test('the field that a use case names is pointed to, so that a form or a command line can name its own', () => {
  const post = { ...asked, method: 'POST' }
  const taken = apiError('name_taken', { name: 'web', free: 'web-2', field: 'name' })
  expect(toProblem(taken, post).body['errors']).toEqual([{ field: 'name', pointer: '/name', why: taken.message }])
  const disk = apiError('not_valid', { field: 'disks.0.pool', why: 'is missing' })
  expect(toProblem(disk, post).body['errors']).toEqual([
    { field: 'disks.0.pool', pointer: '/disks/0/pool', why: 'is missing' },
  ])
  const cursor = apiError('not_valid', { field: 'after', why: 'is spoilt' })
  expect(toProblem(cursor, asked).body['errors']).toEqual([{ field: 'after', why: 'is spoilt' }])
})
