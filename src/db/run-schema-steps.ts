import { createHash } from 'node:crypto'

import { sql, type Kysely, type Transaction } from 'kysely'

import { messageOf } from '../base/errors.ts'
import { dbError } from './db-errors.ts'
import type { Db } from './open-db.ts'
import { steps as ownSteps } from './steps.gen.ts'
import type { Tables } from './tables.ts'

export type SchemaStep = { readonly number: number; readonly name: string; readonly sql: string }

const stepLock = 7011002

/** Brings the database to this program's schema and returns the steps it applied, each in a transaction of its own.
 *  Two controllers that start at once do not race. Refuses a database of a newer Floe and one whose steps differ. */
export async function runSchemaSteps(
  db: Pick<Db, 'kysely'>,
  steps: readonly SchemaStep[] = ownSteps,
): Promise<string[]> {
  const applied: string[] = []
  for (;;) {
    const name = await db.kysely.transaction().execute((trx) => runNext(trx, steps))
    if (name === undefined) return applied
    applied.push(name)
  }
}

async function runNext(trx: Transaction<Tables>, steps: readonly SchemaStep[]): Promise<string | undefined> {
  // Waiting for another controller's step may take longer than a statement usually may.
  await sql`set local statement_timeout = 0`.execute(trx)
  await sql`select pg_advisory_xact_lock(${sql.lit(stepLock)})`.execute(trx)
  const before = await appliedSteps(trx)
  checkKnown(before, steps)
  const next = steps[before.length]
  if (next === undefined) return undefined
  const name = `${String(next.number).padStart(4, '0')}-${next.name}`
  try {
    await sql.raw(next.sql).execute(trx)
  } catch (error) {
    throw dbError('schema_step_failed', { step: name, why: messageOf(error) }, error)
  }
  await trx
    .insertInto('schema_step')
    .values({ number: next.number, name: next.name, hash: hashOf(next) })
    .execute()
  return name
}

type Applied = { readonly number: number; readonly hash: string }

async function appliedSteps(db: Kysely<Tables>): Promise<Applied[]> {
  await sql`create table if not exists schema_step (
    number integer primary key, name text not null, hash text not null, applied_at timestamptz not null default now()
  )`.execute(db)
  return db.selectFrom('schema_step').select(['number', 'hash']).orderBy('number').execute()
}

function checkKnown(before: readonly Applied[], steps: readonly SchemaStep[]): void {
  const known = steps.at(-1)?.number ?? 0
  const found = before.at(-1)?.number ?? 0
  if (found > known) throw dbError('schema_newer', { found, known })
  const strange = before.findIndex((row, i) => row.number !== steps[i]!.number || row.hash !== hashOf(steps[i]!))
  if (strange !== -1) throw dbError('schema_differs', { step: before[strange]!.number })
}

const hashOf = (step: SchemaStep): string => createHash('sha256').update(step.sql).digest('hex')
