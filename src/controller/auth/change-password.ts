import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Tables } from '../../db/tables.ts'
import { recordAccount } from './account-changes.ts'
import { findAccount, setPassword, type AccountRow } from './account-store.ts'
import type { CallerAccount } from './caller.ts'
import type { Prover } from './log-in.ts'
import type { Hasher } from './password-hash.ts'
import { oneTimePassword, passwordWeakness } from './password-rules.ts'
import { deleteSessionsOf } from './session-store.ts'

export type Using = { readonly db: Kysely<Tables>; readonly hasher: Hasher; readonly prover: Prover }

/** The account's own choice; every other session of it ends. Answers the hashes of those. Throws wrong_password,
 *  slow_down, password_weak. */
export async function changePassword(
  { db, hasher, prover }: Using,
  account: CallerAccount,
  change: {
    readonly old: string | undefined
    readonly next: string
    readonly session: string
    readonly address: string
  },
): Promise<string[]> {
  const { id, name } = account
  // With a one-time password the login just proved it.
  if (!account.mustChange || change.old !== undefined) {
    if (change.old === undefined) throw apiError('wrong_password')
    await prover.prove({ name, password: change.old, address: change.address })
  }
  const why = passwordWeakness(change.next, name) ?? (await sameAsBefore(db, hasher, account, change.next))
  if (why !== undefined) throw apiError('password_weak', { why })
  const hash = await hasher.hash(change.next)
  return db.transaction().execute(async (trx) => {
    await setPassword(trx, id, { hash, mustChange: false })
    const ended = await deleteSessionsOf(trx, id, change.session)
    const title = 'Chose a new password'
    await recordAccount(trx, { kind: 'account.password', id, name, authorKind: 'user', author: name, title })
    return ended
  })
}

async function sameAsBefore(
  db: Kysely<Tables>,
  hasher: Hasher,
  account: CallerAccount,
  next: string,
): Promise<string | undefined> {
  const row = await findAccount(db, account.id)
  return (await hasher.verify(next, row?.password_hash)) ? 'it is the one you have' : undefined
}

/** A one-time password instead of what the account had; its sessions end. `onlyUnchosen` refuses (undefined) once the
 *  account has chosen its own. */
export async function replacePassword(
  { db, hasher }: Pick<Using, 'db' | 'hasher'>,
  account: Pick<AccountRow, 'id' | 'name'>,
  { by, onlyUnchosen }: { readonly by: string; readonly onlyUnchosen: boolean },
): Promise<{ readonly password: string; readonly ended: readonly string[] } | undefined> {
  const { id, name } = account
  const password = oneTimePassword()
  const hash = await hasher.hash(password)
  return db.transaction().execute(async (trx) => {
    if (!(await setPassword(trx, id, { hash, mustChange: true, onlyUnchosen }))) return undefined
    const ended = await deleteSessionsOf(trx, id)
    const title = 'Was given a one-time password'
    await recordAccount(trx, { kind: 'account.password', id, name, authorKind: 'user', author: by, title })
    return { password, ended }
  })
}
