import { sql, type Kysely } from 'kysely'

import type { Role } from '../../api/index.ts'
import type { AccountId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import type { CallerAccount } from './caller.ts'

const idle = '12 hours'
const absolute = '7 days'
export const absoluteS = 7 * 24 * 3600

export type SessionKind = 'web' | 'cli'
export type NewSession = {
  readonly tokenHash: string
  readonly account: AccountId
  readonly kind: SessionKind
  readonly address: string
  readonly agent: string
}

/** Begins a session, on the database's clock. */
export async function insertSession(db: Kysely<Tables>, session: NewSession): Promise<void> {
  await db
    .insertInto('session')
    .values({
      token_hash: session.tokenHash,
      account_id: session.account,
      kind: session.kind,
      expires: sql<Date>`now() + ${absolute}::interval`,
      address: session.address,
      agent: session.agent,
    })
    .execute()
}

const alive = (db: Kysely<Tables>) =>
  db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .where('session.expires', '>', sql<Date>`now()`)
    .where('session.seen', '>', sql<Date>`now() - ${idle}::interval`)
    .where('account.disabled', '=', false)

/** The account of a session that is alive, and whether its use was noted more than a minute ago. */
export async function findSession(
  db: Kysely<Tables>,
  tokenHash: string,
  kind?: SessionKind,
): Promise<{ readonly account: CallerAccount; readonly kind: SessionKind; readonly stale: boolean } | undefined> {
  let query = alive(db)
    .select(['account.id', 'account.name', 'account.role', 'account.must_change', 'session.kind'])
    .select(sql<boolean>`session.seen < now() - interval '1 minute'`.as('stale'))
    .where('session.token_hash', '=', tokenHash)
  if (kind !== undefined) query = query.where('session.kind', '=', kind)
  const row = await query.executeTakeFirst()
  if (row === undefined) return undefined
  const { id, name, must_change: mustChange } = row
  return { account: { id, name, role: row.role as Role, mustChange }, kind: row.kind, stale: row.stale }
}

/** Notes that a session was used. */
export async function touchSession(db: Kysely<Tables>, tokenHash: string): Promise<void> {
  await db
    .updateTable('session')
    .set({ seen: sql<Date>`now()` })
    .where('token_hash', '=', tokenHash)
    .execute()
}

/** Those of the given sessions that are alive. */
export async function aliveOf(db: Kysely<Tables>, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  if (hashes.length === 0) return new Set()
  const rows = await alive(db).select('session.token_hash').where('session.token_hash', 'in', hashes).execute()
  return new Set(rows.map((row) => row.token_hash))
}

/** Ends one session; false when it was gone already. */
export async function deleteSession(db: Kysely<Tables>, tokenHash: string): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('session').where('token_hash', '=', tokenHash).executeTakeFirst()
  return numDeletedRows > 0n
}

/** Ends an account's sessions, except the one that is given; answers which. */
export async function deleteSessionsOf(db: Kysely<Tables>, account: AccountId, except?: string): Promise<string[]> {
  let query = db.deleteFrom('session').where('account_id', '=', account)
  if (except !== undefined) query = query.where('token_hash', '<>', except)
  const rows = await query.returning('token_hash').execute()
  return rows.map((row) => row.token_hash)
}

/** Removes what has ended by age: sessions, tickets, idempotency keys of yesterday. */
export async function removeAged(db: Kysely<Tables>): Promise<void> {
  await db
    .deleteFrom('session')
    .where((is) => is.or([is('expires', '<', sql<Date>`now()`), is('seen', '<', sql<Date>`now() - ${idle}::interval`)]))
    .execute()
  await db
    .deleteFrom('ticket')
    .where('expires', '<', sql<Date>`now() - interval '1 minute'`)
    .execute()
  await db
    .deleteFrom('idempotency')
    .where('at', '<', sql<Date>`now() - interval '1 day'`)
    .execute()
}
