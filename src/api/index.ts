import { accountRoutes } from './routes/accounts.ts'
import { activityRoutes } from './routes/activity.ts'
import { hostRoutes } from './routes/hosts.ts'
import { vmRoutes } from './routes/vms.ts'

/** Every operation of the API. */
export const routes = { ...accountRoutes, ...activityRoutes, ...hostRoutes, ...vmRoutes }
export type Routes = typeof routes
export type RouteName = keyof Routes

export { apiError, type ErrorCode } from './errors.ts'
export { patternWords } from './patterns.ts'
export { leastRole, permissions, roleMay, roles, scopesOf, type Permission, type Role } from './permissions.ts'
export type { Access, AnswerOf, BodyOf, Method, ParamsOf, QueryOf, Route } from './route.ts'
