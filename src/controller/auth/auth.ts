import type { Handler } from '../http/handler.ts'
import type { Caller } from './caller.ts'

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
  /** Tells whether the session is alive now, and counts as use of it. */
  touch(sessionHash: string): Promise<Caller | undefined>
}
