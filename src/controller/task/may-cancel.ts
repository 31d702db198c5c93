import { apiError, leastRole, roleMay, routes, type Permission, type Route } from '../../api/index.ts'
import type { Row } from '../../db/tables.ts'
import type { Caller } from '../auth/caller.ts'

/** The permission that a kind of task needs: that of the route that begins it, which has the same name. */
const permissionOf: ReadonlyMap<string, Permission> = new Map(
  (Object.values(routes) as readonly Route[]).flatMap(({ id, may }) =>
    may === 'anyone' || may === 'session' || may === 'local' ? [] : [[id, may] as const],
  ),
)

/** Cancelling undoes what somebody wanted: that may whoever began the task, and whoever may do the same to its object.
 *  A kind that no route begins is the administrators'. Throws `forbidden`. */
export function checkMayCancel(task: Pick<Row<'task'>, 'name' | 'by_user'>, by: Caller): void {
  if (by.account !== undefined && by.account.id === task.by_user) return
  const permission = permissionOf.get(task.name)
  if (by.role === 'administrator' || (permission !== undefined && roleMay(by.role, permission))) return
  const least = permission === undefined ? 'administrator' : leastRole(permission)
  throw apiError('forbidden', { role: by.role, permission: permission ?? task.name, least })
}
