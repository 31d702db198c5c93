import { expect, test } from 'vitest'

import { openDb } from './open-db.ts'
import { runSchemaSteps, type SchemaStep } from './run-schema-steps.ts'
import { testDatabase, type TestDatabase } from './testing.ts'

const first: SchemaStep = {
  number: 1,
  name: 'first',
  sql: 'create table one (a integer); create table two (b integer)',
}
const second: SchemaStep = { number: 2, name: 'second', sql: 'alter table one add c integer' }

/** A database without any schema. */
async function empty(): Promise<TestDatabase> {
  const db = await testDatabase()
  await db.pool.query('drop schema public cascade; create schema public')
  return db
}

test('steps are applied in order, once', async () => {
  await using db = await empty()
  expect(await runSchemaSteps(db, [first])).toEqual(['0001-first'])
  expect(await runSchemaSteps(db, [first, second])).toEqual(['0002-second'])
  expect(await runSchemaSteps(db, [first, second])).toEqual([])
})

test('two controllers that start at once apply each step once', async () => {
  await using db = await empty()
  await using other = openDb({ url: db.url })
  const applied = await Promise.all([
    runSchemaSteps(db, [first, second]),
    runSchemaSteps(other, [first, second]),
    runSchemaSteps(db, [first, second]),
  ])
  expect(applied.flat().sort()).toEqual(['0001-first', '0002-second'])
})

test('a database of a newer Floe is refused with a sentence', async () => {
  await using db = await empty()
  await runSchemaSteps(db, [first, second])
  await expect(runSchemaSteps(db, [first])).rejects.toMatchObject({
    code: 'schema_newer',
    message: expect.stringContaining('schema step 2, this Floe knows steps up to 1'),
  })
})

test('a database whose step differs is refused', async () => {
  await using db = await empty()
  await runSchemaSteps(db, [first])
  await expect(runSchemaSteps(db, [{ ...first, sql: 'select 1' }, second])).rejects.toMatchObject({
    code: 'schema_differs',
  })
})

test('a step that fails leaves nothing of itself', async () => {
  await using db = await empty()
  const broken = { number: 2, name: 'broken', sql: 'create table three (a integer); select nonsense' }
  await expect(runSchemaSteps(db, [first, broken])).rejects.toMatchObject({
    code: 'schema_step_failed',
    message: expect.stringContaining('0002-broken was not applied: column "nonsense" does not exist'),
  })
  const { rows } = await db.pool.query(`select to_regclass('one') as one, to_regclass('three') as three`)
  expect(rows).toEqual([{ one: 'one', three: null }])
})
