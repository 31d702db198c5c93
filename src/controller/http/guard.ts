import { timingSafeEqual } from 'node:crypto'

import { apiError, leastRole, roleMay, type Route } from '../../api/index.ts'
import type { Known } from '../auth/auth.ts'

/** What a call may not do, before anything of it is read: login, the one-time password's narrow door, permission, and
 *  the token that proves that our own page sent it. Throws the refusal. On which rows is the handlers' query. */
export function checkAccess(route: Route, known: Known, sentCsrf: string | undefined): void {
  const { caller, csrf } = known
  const { may } = route
  if (may === 'anyone') return
  if (caller.kind === 'nobody') throw apiError('not_logged_in')
  if (csrf !== undefined && route.method !== 'GET' && !sameText(csrf, sentCsrf ?? ''))
    throw apiError(sentCsrf ? 'old_csrf' : 'no_csrf')
  if (caller.account?.mustChange && !openToOneTime.has(route.id)) throw apiError('must_change_password')
  if (may === 'session') return
  if (may === 'local') {
    if (caller.kind !== 'local') throw apiError('local_only')
    return
  }
  if (!roleMay(caller.role, may)) {
    throw apiError('forbidden', { role: caller.role, permission: may, least: leastRole(may) })
  }
}

/** All that a one-time password opens. */
const openToOneTime: ReadonlySet<string> = new Set(['session.get', 'session.password', 'session.logout'])

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
