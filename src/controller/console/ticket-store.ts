import { sql, type Kysely } from 'kysely'

import type { AccountId, VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import type { Caller } from '../auth/caller.ts'
import { newToken, tokenHash } from '../auth/session-token.ts'
import type { ConsoleKind } from './console-hosts.ts'

const ticketSeconds = 30

export type IssuedTicket = { readonly ticket: string; readonly expiresAt: Date }

/** A way into one console of one VM, for the session that asks, once, within 30 s on the database's clock. */
export async function issueTicket(
  db: Kysely<Tables>,
  by: Caller,
  on: { readonly vm: VmId; readonly kind: ConsoleKind },
): Promise<IssuedTicket> {
  const ticket = newToken()
  const row = await db
    .insertInto('ticket')
    .values({
      hash: tokenHash(ticket),
      account_id: by.account?.id ?? null,
      session_hash: by.sessionHash ?? null,
      vm_id: on.vm,
      kind: on.kind,
      expires: sql<Date>`now() + ${`${ticketSeconds} seconds`}::interval`,
    })
    .returning('expires')
    .executeTakeFirstOrThrow()
  return { ticket, expiresAt: row.expires }
}

export type Redeemed = {
  readonly vm: VmId
  readonly kind: ConsoleKind
  /** Both null: the machine's own administrator. */
  readonly account: AccountId | null
  readonly session: string | null
}

/** Uses a ticket up; of two at once one gets it. Undefined when it is unknown, used or too old. */
export async function redeemTicket(db: Kysely<Tables>, ticket: string): Promise<Redeemed | undefined> {
  const row = await db
    .updateTable('ticket')
    .set({ used_at: sql<Date>`now()` })
    .where('hash', '=', tokenHash(ticket))
    .where('used_at', 'is', null)
    .where('expires', '>', sql<Date>`now()`)
    .returning(['vm_id', 'kind', 'account_id', 'session_hash'])
    .executeTakeFirst()
  return row && { vm: row.vm_id, kind: row.kind, account: row.account_id, session: row.session_hash }
}
