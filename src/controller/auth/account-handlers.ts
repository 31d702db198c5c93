import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Account, Session } from '../../api/resources/account.ts'
import type { AccountId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { handler, Reply, type CallRequest, type Handler } from '../http/handler.ts'
import { recordAccount } from './account-changes.ts'
import { findAccount, insertAccount, listAccounts, type AccountRow } from './account-store.ts'
import { reservedNames, type Caller } from './caller.ts'
import { changePassword, replacePassword } from './change-password.ts'
import { openSession, type Prover } from './log-in.ts'
import type { Hasher } from './password-hash.ts'
import { oneTimePassword } from './password-rules.ts'
import { absoluteS, deleteSession } from './session-store.ts'
import { cookieNameOf, cookieOf, csrfOf } from './session-token.ts'

export type AccountHandlersOptions = {
  readonly db: Kysely<Tables>
  readonly hasher: Hasher
  readonly prover: Prover
  readonly copy: string
  readonly version: string
  /** Tells whoever hangs on these sessions. */
  readonly ended: (sessionHashes: readonly string[]) => void
}

/** The routes of login, sessions and users. */
export function accountHandlers(options: AccountHandlersOptions): readonly Handler[] {
  return [...sessionHandlers(options), ...userHandlers(options)]
}

function sessionHandlers({ db, hasher, prover, copy, version, ended }: AccountHandlersOptions): readonly Handler[] {
  const sessionOf = async (id: AccountId, token: string, request: CallRequest): Promise<Session> => {
    const [account] = await listAccounts(db, id)
    if (account === undefined) throw apiError('not_logged_in')
    return { account, csrf: csrfOf(token), copy, version, secure: request.secure }
  }
  return [
    handler('login', async ({ body, request }) => {
      const { address, agent, secure } = request
      const kind = body.use ?? 'web'
      const account = await prover.prove({ name: body.name, password: body.password, address })
      const { token } = await openSession(db, account, { kind, address, agent })
      const session = await sessionOf(account.id, token, request)
      if (kind === 'cli') return { ...session, token }
      const cookie = cookieOf(cookieNameOf(copy, secure), token, { secure, ageS: absoluteS })
      return new Reply(200, session, { 'set-cookie': cookie })
    }),
    handler('logout', async ({ by, request }) => {
      const { secure } = request
      if (by.account !== undefined && by.sessionHash !== undefined) {
        await endSession(db, by, by.sessionHash)
        ended([by.sessionHash])
      }
      const cookie = cookieOf(cookieNameOf(copy, secure), '', { secure, ageS: 0 })
      return new Reply(204, null, { 'set-cookie': cookie })
    }),
    handler('session', ({ by, request }) =>
      by.account === undefined || request.token === undefined
        ? Promise.resolve({ account: localAccount, csrf: '', copy, version, secure: request.secure })
        : sessionOf(by.account.id, request.token, request),
    ),
    handler('changePassword', async ({ by, body, request }) => {
      const { account, sessionHash: session } = by
      if (account === undefined || session === undefined || request.token === undefined) throw apiError('not_logged_in')
      const { address } = request
      ended(await changePassword({ db, hasher, prover }, account, { old: body.old, next: body.new, session, address }))
      return sessionOf(account.id, request.token, request)
    }),
  ]
}

async function endSession(db: Kysely<Tables>, by: Caller, hash: string): Promise<void> {
  const { id, name } = by.account!
  await db.transaction().execute(async (trx) => {
    if (!(await deleteSession(trx, hash))) return
    const title = 'Logged out'
    await recordAccount(trx, { kind: 'session.closed', id, name, authorKind: 'user', author: name, title })
  })
}

function userHandlers({ db, hasher, ended }: AccountHandlersOptions): readonly Handler[] {
  const found = async (ref: string): Promise<AccountRow> => {
    const account = await findAccount(db, ref)
    if (account === undefined) throw apiError('not_found', { kind: 'user', name: ref })
    return account
  }
  const replace = async (
    ref: string,
    by: Caller,
    onlyUnchosen: boolean,
  ): Promise<{ name: string; password: string }> => {
    const account = await found(ref)
    const replaced = await replacePassword({ db, hasher }, account, { by: by.name, onlyUnchosen })
    if (replaced === undefined) throw apiError('password_chosen', { name: account.name })
    ended(replaced.ended)
    return { name: account.name, password: replaced.password }
  }
  return [
    handler('listUsers', async () => ({ items: await listAccounts(db) })),
    handler('createUser', async ({ body, by }) => {
      const { name, role } = body
      const password = oneTimePassword()
      const passwordHash = await hasher.hash(password)
      const made = await db.transaction().execute(async (trx) => {
        const row = reservedNames.includes(name) ? undefined : await insertAccount(trx, { name, role, passwordHash })
        if (row === undefined) throw apiError('account_taken', { name })
        const title = `Made, as ${role}`
        await recordAccount(trx, {
          kind: 'account.created',
          id: row.id,
          name,
          authorKind: 'user',
          author: by.name,
          title,
        })
        return row
      })
      const [account] = await listAccounts(db, made.id)
      return { account: account!, password }
    }),
    handler('firstPassword', ({ params, by }) => replace(params.user, by, true)),
    handler('resetPassword', ({ params, by }) => replace(params.user, by, false)),
  ]
}

/** What the machine's own administrator is told about itself: it has no account and needs none. */
const localAccount: Account = {
  id: '00000000-0000-0000-0000-000000000000',
  name: 'local',
  role: 'administrator',
  mustChangePassword: false,
  createdAt: new Date(0).toISOString(),
  lastSeenAt: null,
}
