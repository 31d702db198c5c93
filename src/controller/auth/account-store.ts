import { sql, type Kysely } from 'kysely'

import type { Role } from '../../api/index.ts'
import type { Account } from '../../api/resources/account.ts'
import { isUuid, newId, type AccountId } from '../../base/ids.ts'
import type { Row, Tables } from '../../db/tables.ts'

export type AccountRow = Row<'account'>

export function findAccount(db: Kysely<Tables>, ref: string): Promise<AccountRow | undefined> {
  const query = db.selectFrom('account').selectAll()
  return (isUuid(ref) ? query.where('id', '=', ref as AccountId) : query.where('name', '=', ref)).executeTakeFirst()
}

/** Makes an account whose password must be changed at the first login; undefined when the name is taken. */
export async function insertAccount(
  db: Kysely<Tables>,
  account: { readonly name: string; readonly role: Role; readonly passwordHash: string | null },
): Promise<AccountRow | undefined> {
  const id = newId<AccountId>()
  return db
    .insertInto('account')
    .values({
      id,
      name: account.name,
      role: account.role,
      password_hash: account.passwordHash,
      must_change: true,
      scopes: ['all', `account:${id}`],
    })
    .onConflict((on) => on.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
}

export async function hasAccounts(db: Kysely<Tables>): Promise<boolean> {
  return (await db.selectFrom('account').select('id').limit(1).executeTakeFirst()) !== undefined
}

/** Sets the password and forgets earlier failures. */
export async function setPassword(
  db: Kysely<Tables>,
  id: AccountId,
  password: { readonly hash: string; readonly mustChange: boolean; readonly onlyUnchosen?: boolean },
): Promise<boolean> {
  let query = db
    .updateTable('account')
    .set({ password_hash: password.hash, must_change: password.mustChange, failed: 0, retry_at: null })
    .where('id', '=', id)
  if (password.onlyUnchosen) {
    query = query.where((is) => is.or([is('must_change', '=', true), is('password_hash', 'is', null)]))
  }
  const { numUpdatedRows } = await query.executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Counts a wrong password; the account waits from now, on the database's clock. */
export async function noteFailure(db: Kysely<Tables>, id: AccountId, waitMs: number): Promise<void> {
  await db
    .updateTable('account')
    .set({
      failed: sql<number>`failed + 1`,
      retry_at: sql<Date>`now() + ${waitMs}::float8 * interval '1 millisecond'`,
    })
    .where('id', '=', id)
    .execute()
}

export async function forgetFailures(db: Kysely<Tables>, id: AccountId): Promise<void> {
  await db.updateTable('account').set({ failed: 0, retry_at: null }).where('id', '=', id).execute()
}

/** Seconds until the account may be tried again; 0 when it may now. */
export async function waitOf(db: Kysely<Tables>, id: AccountId): Promise<number> {
  const row = await db
    .selectFrom('account')
    .select(sql<number>`greatest(0, extract(epoch from retry_at - now()))::float8`.as('seconds'))
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.seconds ?? 0
}

/** Accounts as the API shows them, by name. */
export async function listAccounts(db: Kysely<Tables>, only?: AccountId): Promise<Account[]> {
  let query = db
    .selectFrom('account')
    .leftJoin('session', 'session.account_id', 'account.id')
    .select(['account.id', 'account.name', 'account.role', 'account.must_change', 'account.created_at'])
    .select(({ fn }) => fn.max('session.seen').as('seen'))
    .groupBy('account.id')
    .orderBy('account.name')
    .limit(1000)
  if (only !== undefined) query = query.where('account.id', '=', only)
  return (await query.execute()).map((row) => ({
    id: row.id,
    name: row.name,
    role: row.role as Role,
    mustChangePassword: row.must_change,
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.seen?.toISOString() ?? null,
  }))
}
