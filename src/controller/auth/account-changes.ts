import type { Transaction } from 'kysely'

import type { AccountId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import type { AuthorKind, Tables } from '../../db/tables.ts'

export type AccountChange = {
  readonly kind: 'session.opened' | 'session.closed' | 'session.refused' | 'account.created' | 'account.password'
  /** Null for a name that no account has. */
  readonly id: AccountId | null
  readonly name: string
  readonly authorKind: AuthorKind
  readonly author: string | null
  readonly title: string
  readonly details?: unknown
}

/** Writes what happened to an account or its sessions; last in its transaction. */
export async function recordAccount(trx: Transaction<Tables>, change: AccountChange): Promise<void> {
  const { id, name, ...rest } = change
  await appendChanges(trx, [
    {
      ...rest,
      objectKind: 'account',
      objectId: id ?? '',
      objectName: name,
      scopes: id === null ? ['all'] : ['all', `account:${id}`],
    },
  ])
}
