import { scopesOf, type Role } from '../../api/index.ts'
import type { AccountId } from '../../base/ids.ts'
import type { KeyedRequest } from '../../tasks/task.ts'

/** Who asks. `local` came over the copy's Unix socket, which only its administrator can open; `nobody` has not logged in. */
export type Caller = {
  readonly kind: 'account' | 'local' | 'nobody'
  readonly account?: CallerAccount
  /** For changes and tasks: the account's name, or `local`. */
  readonly name: string
  readonly role: Role
  /** A row is reached when its scopes meet these; what is not reached does not exist for the caller. */
  readonly scopes: readonly string[]
  /** SHA-256 of the session's token, in hex; absent for `local` and `nobody`. */
  readonly sessionHash?: string
  /** The request in hand, when it has an idempotency key: the task that is begun for it is begun once. */
  readonly request?: KeyedRequest
}

export type CallerAccount = {
  readonly id: AccountId
  readonly name: string
  readonly role: Role
  readonly mustChange: boolean
}

/** Names that no account may have: they stand for somebody else in changes and tasks. */
export const reservedNames: readonly string[] = ['local', 'nobody', 'outside', 'floe']

export const localCaller: Caller = { kind: 'local', name: 'local', role: 'administrator', scopes: ['all'] }
export const nobody: Caller = { kind: 'nobody', name: 'nobody', role: 'user', scopes: [] }

export const callerOf = (account: CallerAccount, sessionHash: string): Caller => ({
  kind: 'account',
  account,
  name: account.name,
  role: account.role,
  scopes: scopesOf(account),
  sessionHash,
})
