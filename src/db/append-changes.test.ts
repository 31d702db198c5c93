import { assert, asyncProperty, jsonValue } from 'fast-check'
import { expect, test } from 'vitest'

import { appendChanges, changesAfter, lastRevision, type NewChange } from './append-changes.ts'
import { json } from './json.ts'
import { testDatabase } from './testing.ts'

const change = (title: string, scopes: readonly string[] = ['all']): NewChange => ({
  kind: 'test.said',
  objectKind: 'test',
  objectId: '1',
  objectName: 'one',
  authorKind: 'floe',
  title,
  scopes,
})

class GivenBack extends Error {}

const noRevisions = (error: unknown): number[] => {
  if (error instanceof GivenBack) return []
  throw error
}

test('with 20 writers at once a reader that has seen a revision misses nothing below it', async () => {
  await using db = await testDatabase({ max: 24 })
  const seen: number[] = []
  let writing = true
  const reader = async (): Promise<void> => {
    for (let last = 0, more = true; more;) {
      more = writing
      for (const row of await changesAfter(db.kysely, last, ['all'], 1000)) seen.push((last = row.revision))
    }
  }
  const writer = async (name: number): Promise<number[]> => {
    const revisions: number[] = []
    for (let i = 0; i < 15; i++) {
      const batch = Array.from({ length: 1 + (i % 4) }, (_, n) => change(`${name}.${i}.${n}`))
      // Some hold their revisions for a while and then give them back.
      const givesBack = (name + i) % 5 === 0
      const written = db.kysely.transaction().execute(async (trx) => {
        const mine = await appendChanges(trx, batch)
        if (givesBack) throw new GivenBack()
        return mine
      })
      revisions.push(...(await written.catch(noRevisions)))
    }
    return revisions
  }
  const writers = Promise.all(Array.from({ length: 20 }, (_, name) => writer(name)))
  const reading = reader()
  const written = (await writers).flat().sort((a, b) => a - b)
  writing = false
  await reading
  expect(written).toEqual(Array.from(written, (_, i) => i + 1))
  expect(seen).toEqual(written)
  expect(await lastRevision(db.kysely)).toBe(written.length)
})

test('a reader gets only the changes its scopes reach', async () => {
  await using db = await testDatabase()
  const said = [change('for all'), change('for ann', ['all', 'account:ann']), change('for bob', ['all', 'account:bob'])]
  await db.kysely.transaction().execute((trx) => appendChanges(trx, said))
  const titles = async (scopes: string[]): Promise<string[]> =>
    (await changesAfter(db.kysely, 0, scopes, 10)).map(({ title }) => title)
  expect(await titles(['account:ann'])).toEqual(['for ann'])
  expect(await titles(['account:ann', 'account:bob'])).toEqual(['for ann', 'for bob'])
  expect(await titles([])).toEqual([])
  expect(await changesAfter(db.kysely, 1, ['all'], 1)).toMatchObject([{ revision: 2, title: 'for ann' }])
})

test('what was written into the change table stays as it is', async () => {
  await using db = await testDatabase()
  await db.kysely.transaction().execute((trx) => appendChanges(trx, [change('once')]))
  for (const statement of [`update change set title = 'x'`, 'delete from change', 'truncate change'])
    await expect(db.pool.query(statement)).rejects.toThrow('append-only')
})

test('changes are refused where their order could not be kept', async () => {
  await using db = await testDatabase()
  const strict = db.kysely.transaction().setIsolationLevel('repeatable read')
  await expect(strict.execute((trx) => appendChanges(trx, [change('no')]))).rejects.toThrow('READ COMMITTED')
})

test('any JSON goes through a jsonb column, with U+FFFD for what PostgreSQL cannot hold', async () => {
  await using db = await testDatabase()
  const storable = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll(/\\u0000/g, '\ufffd'))
  await assert(
    asyncProperty(
      jsonValue().map((value) => JSON.parse(JSON.stringify(value).replaceAll('\\\\', '/'))),
      async (value) => {
        const { rows } = await db.pool.query<{ v: unknown }>('select $1::jsonb as v', [json(value)])
        expect(rows[0]!.v).toEqual(storable(value))
      },
    ),
    { numRuns: 200 },
  )
  const odd = { 'k\0': ['a\0b', '\\u0000', '\\\0', '\ud800x', '😀'] }
  const { rows } = await db.pool.query<{ v: unknown }>('select $1::jsonb as v', [json(odd)])
  expect(rows[0]!.v).toEqual({ 'k\ufffd': ['a\ufffdb', '\\u0000', '\\\ufffd', '\ufffdx', '😀'] })
})
