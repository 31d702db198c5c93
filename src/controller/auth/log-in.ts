import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Clock } from '../../base/clock.ts'
import { isFloeError } from '../../base/errors.ts'
import type { Tables } from '../../db/tables.ts'
import { recordAccount } from './account-changes.ts'
import { findAccount, forgetFailures, noteFailure, waitOf, type AccountRow } from './account-store.ts'
import { backOffMs, createStrangers } from './back-off.ts'
import type { Hasher } from './password-hash.ts'
import { insertSession, type SessionKind } from './session-store.ts'
import { newToken, tokenHash } from './session-token.ts'

type Attempt = { readonly name: string; readonly password: string; readonly address: string }

/** Proves passwords, one attempt a name at a time so that parallel guesses meet the same back-off. */
export type Prover = {
  /** The account, when the password is its own. Throws wrong_password, slow_down, too_many. */
  prove(attempt: Attempt): Promise<AccountRow>
}

export type ProverOptions = { readonly db: Kysely<Tables>; readonly hasher: Hasher; readonly clock: Clock }

const refusedAfterMs = 150
/** Logins that hash or wait for one, in this process. */
const underWayAtMost = 32

export function createProver({ db, hasher, clock }: ProverOptions): Prover {
  const strangers = createStrangers()
  const lines = new Map<string, Promise<void>>()
  let strangersTold = -Infinity

  /** For a name nobody has: the same work and the same pauses. Written down once in 10 s at most, because anybody can
   *  make these and the change table keeps them. */
  const refuseStranger = async ({ name, password, address }: Attempt): Promise<never> => {
    const now = clock.monotonic()
    const before = strangers.get(name)
    if (before && before.retryAt > now) throw apiError('slow_down', { name, seconds: seconds(before.retryAt - now) })
    await hasher.verify(password, undefined)
    strangers.failed(name, clock.monotonic())
    if (now - strangersTold >= 10_000) {
      strangersTold = now
      const title = 'A login was refused: there is no such user'
      await db.transaction().execute((trx) => recordAccount(trx, refused({ id: null, name, title, address })))
    }
    throw apiError('wrong_password')
  }

  const proveKnown = async (account: AccountRow, { password, address }: Attempt): Promise<AccountRow> => {
    const { id, name } = account
    const wait = await waitOf(db, id)
    if (wait > 0) throw apiError('slow_down', { name, seconds: Math.max(1, Math.ceil(wait)) })
    const right = await hasher.verify(password, account.password_hash)
    if (right && !account.disabled) {
      if (account.failed > 0) await forgetFailures(db, id)
      return account
    }
    const title = 'A login was refused: the password was wrong'
    await db.transaction().execute(async (trx) => {
      await noteFailure(trx, id, backOffMs(account.failed + 1))
      await recordAccount(trx, refused({ id, name, title, address }))
    })
    throw apiError('wrong_password')
  }

  const attempt = async (at: Attempt): Promise<AccountRow> => {
    const account = await findAccount(db, at.name)
    // An id would find the account too, and would be slowed down under another name.
    return account?.name === at.name ? proveKnown(account, at) : refuseStranger(at)
  }

  /** A wrong password takes the same time whether the name exists, of which writing it down would tell otherwise. */
  const evenly = async (work: () => Promise<AccountRow>): Promise<AccountRow> => {
    const begun = clock.monotonic()
    try {
      return await work()
    } catch (error) {
      const restMs = refusedAfterMs - (clock.monotonic() - begun)
      if (isFloeError(error) && error.code === 'wrong_password' && restMs > 0) await clock.sleep(restMs)
      throw error
    }
  }
  let underWay = 0
  const inLine = async (at: Attempt): Promise<AccountRow> => {
    if (underWay >= underWayAtMost) throw apiError('too_many', { seconds: 1 })
    underWay++
    const before = lines.get(at.name)
    const { promise: mine, resolve: done } = Promise.withResolvers<void>()
    lines.set(at.name, mine)
    try {
      await before
      return await evenly(() => attempt(at))
    } finally {
      underWay--
      if (lines.get(at.name) === mine) lines.delete(at.name)
      done()
    }
  }
  return { prove: inLine }
}

type Refused = Pick<AccountRow, 'name'> & { id: AccountRow['id'] | null; title: string; address: string }

const refused = ({ id, name, title, address }: Refused) => ({
  kind: 'session.refused' as const,
  id,
  name: name.slice(0, 63),
  authorKind: 'outside' as const,
  author: address || 'this machine',
  title,
  details: { address },
})

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

export type Opened = { readonly token: string; readonly hash: string }

/** Begins a session of an account whose password was just proved. Throws `wrong_password` when it was changed since. */
export async function openSession(
  db: Kysely<Tables>,
  account: Pick<AccountRow, 'id' | 'name' | 'password_hash'>,
  from: { readonly kind: SessionKind; readonly address: string; readonly agent: string },
): Promise<Opened> {
  const token = newToken()
  const hash = tokenHash(token)
  const { id, name } = account
  await db.transaction().execute(async (trx) => {
    // Whoever changes the password ends the sessions he sees, so one that begins with the old password must not follow.
    const proved = await trx
      .selectFrom('account')
      .select('id')
      .where('id', '=', id)
      .where('password_hash', '=', account.password_hash)
      .where('disabled', '=', false)
      .forUpdate()
      .executeTakeFirst()
    if (proved === undefined) throw apiError('wrong_password')
    await insertSession(trx, { tokenHash: hash, account: id, ...from })
    await recordAccount(trx, {
      kind: 'session.opened',
      id,
      name,
      authorKind: 'user',
      author: name,
      title: 'Logged in',
      details: { address: from.address, use: from.kind },
    })
  })
  return { token, hash }
}
