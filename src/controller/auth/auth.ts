import type { Kysely } from 'kysely'
import type { Logger } from 'pino'

import { systemClock, type Clock } from '../../base/clock.ts'
import type { Db } from '../../db/open-db.ts'
import type { Tables } from '../../db/tables.ts'
import type { Handler } from '../http/handler.ts'
import { recordAccount } from './account-changes.ts'
import { accountHandlers } from './account-handlers.ts'
import { hasAccounts, insertAccount } from './account-store.ts'
import { callerOf, nobody, type Caller } from './caller.ts'
import { createProver } from './log-in.ts'
import { createHasher } from './password-hash.ts'
import { findSession, removeAged, touchSession, type SessionKind } from './session-store.ts'
import { cookieNameOf, csrfOf, tokenHash } from './session-token.ts'
import { createSessionWatch } from './session-watch.ts'

/** How a request says who it is. */
export type Presented = { readonly cookie: string | undefined; readonly bearer: string | undefined }

export type Known = {
  readonly caller: Caller
  /** The token as presented, for the answers of the session routes. */
  readonly token: string | undefined
  /** What X-Floe-Csrf must be on calls that change something; absent where no browser sends the token by itself. */
  readonly csrf: string | undefined
}

/** Accounts, passwords and sessions of this copy. */
export interface Auth extends AsyncDisposable {
  /** The account routes. */
  readonly handlers: readonly Handler[]
  /** Name of the session cookie, which differs with TLS. */
  cookieName(secure: boolean): string
  /** Who presents these; `nobody` for nothing, and for what is unknown, too old or ended. */
  recognise(presented: Presented): Promise<Known>
  /** Calls `ended` once when the session ends: logout, password change, age, account disabled. */
  watch(sessionHash: string, ended: () => void): Disposable
  /** Who has the session now, undefined when it has ended; counts as use of it. */
  touch(sessionHash: string): Promise<Caller | undefined>
}

export type AuthOptions = {
  readonly db: Pick<Db, 'kysely'>
  /** This copy's id. */
  readonly copy: string
  readonly version: string
  readonly log: Logger
  readonly clock?: Clock
}

const tidyEveryMs = 3_600_000
const unknown: Known = { caller: nobody, token: undefined, csrf: undefined }

/** Opens the accounts of a database whose schema is current; makes the account `admin`, without a password, when there
 *  is none at all. */
export async function createAuth(options: AuthOptions): Promise<Auth> {
  const { copy, version, log, clock = systemClock } = options
  const db = options.db.kysely
  const hasher = createHasher()
  const prover = createProver({ db, hasher, clock })
  const watch = createSessionWatch(db, (error) => log.warn({ err: error }, 'Sessions were not looked at.'))
  const tidy = (): void =>
    void removeAged(db).catch((error: unknown) => log.warn({ err: error }, 'Old sessions were not removed.'))
  const timer = setInterval(tidy, tidyEveryMs)
  timer.unref()
  await ensureAdministrator(db)

  const recognise = async ({ cookie, bearer }: Presented): Promise<Known> => {
    const token = bearer ?? cookie
    if (token === undefined || token.length > 200) return unknown
    const kind: SessionKind = bearer === undefined ? 'web' : 'cli'
    const hash = tokenHash(token)
    const found = await findSession(db, hash, kind)
    if (found === undefined) return unknown
    if (found.stale) await touchSession(db, hash)
    // A browser sends the cookie by itself, so the page must prove that it is ours; nothing sends a bearer token unasked.
    return { caller: callerOf(found.account, hash), token, csrf: kind === 'web' ? csrfOf(token) : undefined }
  }
  const touch = async (hash: string): Promise<Caller | undefined> => {
    const found = await findSession(db, hash)
    if (found === undefined) return undefined
    if (found.stale) await touchSession(db, hash)
    return callerOf(found.account, hash)
  }
  return {
    handlers: accountHandlers({ db, hasher, prover, copy, version, ended: watch.end }),
    cookieName: (secure) => cookieNameOf(copy, secure),
    recognise,
    touch,
    watch: watch.watch,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      watch[Symbol.dispose]()
    },
  }
}

async function ensureAdministrator(db: Kysely<Tables>): Promise<void> {
  if (await hasAccounts(db)) return
  await db.transaction().execute(async (trx) => {
    const made = await insertAccount(trx, { name: 'admin', role: 'administrator', passwordHash: null })
    if (made === undefined) return
    const title = 'Made as the first user'
    await recordAccount(trx, {
      kind: 'account.created',
      id: made.id,
      name: made.name,
      authorKind: 'floe',
      author: null,
      title,
    })
  })
}
