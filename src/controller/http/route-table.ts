import { routes, type Route, type RouteName } from '../../api/index.ts'
import type { Handler } from './handler.ts'
import { httpError } from './http-errors.ts'

/** Every route with its one handler. Throws `route_unanswered` for a route with none (unless it is said to be missing)
 *  or with two. */
export function completeTable(handlers: readonly Handler[], missing: readonly RouteName[]): readonly Handler[] {
  const counts = Map.groupBy(handlers, (handler) => handler.name)
  for (const name of Object.keys(routes) as RouteName[]) {
    const count = counts.get(name)?.length ?? 0
    if (count === 1 || (count === 0 && missing.includes(name))) continue
    throw httpError('route_unanswered', { route: routes[name].id, count })
  }
  return handlers
}

/** The address of a route: below /api/v1, or at the root where its path begins with two slashes. */
export const urlOf = (route: Pick<Route, 'path'>): string =>
  route.path.startsWith('//') ? route.path.slice(1) : `/api/v1${route.path}`

/** The methods that the routes at `path` take, for a refusal of another one; none where there is no such path. */
export function methodsAt(path: string, table: readonly Pick<Handler, 'route'>[]): readonly string[] {
  const parts = path.split('/')
  const here = table.filter(({ route }) => {
    const pattern = urlOf(route).split('/')
    return pattern.length === parts.length && pattern.every((part, at) => part.startsWith(':') || part === parts[at])
  })
  return [...new Set(here.map(({ route }) => route.method))].sort()
}

/** The one success status of a route, for handlers that answer plainly. */
export function successOf(route: Route): number {
  const success = Object.keys(route.answers)
    .map(Number)
    .filter((status) => status < 300)
  return Math.min(...success)
}
