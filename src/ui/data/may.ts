import { useQuery } from '@tanstack/react-query'

import { sessionQuery } from './queries.ts'
import type { Session } from './resources.ts'

type Role = Session['account']['role']
export type Deed = 'create' | 'operate' | 'console' | 'delete' | 'take-over' | 'add-host' | 'cancel'

const allowed: Readonly<Record<Role, readonly Deed[]>> = {
  administrator: ['create', 'operate', 'console', 'delete', 'take-over', 'add-host', 'cancel'],
  operator: ['create', 'operate', 'console', 'delete', 'cancel'],
  viewer: [],
  user: ['operate', 'console', 'cancel'],
}

/** Why a role may not do something, for a greyed button; undefined when it may. The API has the last word. */
export const whyNot = (role: Role | undefined, deed: Deed): string | undefined => {
  if (role === undefined || allowed[role].includes(deed)) return undefined
  const who = allowed.operator.includes(deed) ? 'Operators' : 'Administrators'
  return `Your role (${role}) may not do this. ${who} can.`
}

export const useRole = (): Role | undefined => useQuery(sessionQuery).data?.account.role

export const useWhyNot = (): ((deed: Deed) => string | undefined) => {
  const role = useRole()
  return (deed) => whyNot(role, deed)
}
