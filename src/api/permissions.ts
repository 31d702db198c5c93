/** What can be allowed. An account has a role; a row has scopes; a call needs the permission on a row that its scopes reach. */
export const permissions = [
  'vm.see',
  'vm.create',
  'vm.operate',
  'vm.console',
  'vm.delete',
  'vm.take-over',
  'host.see',
  'host.add',
  'storage.see',
  'network.see',
  'task.see',
  'task.cancel',
  'change.see',
  'account.manage',
  'metrics.see',
] as const

export type Permission = (typeof permissions)[number]

export const roles = ['administrator', 'operator', 'viewer', 'user'] as const
export type Role = (typeof roles)[number]

const see = ['vm.see', 'host.see', 'storage.see', 'network.see', 'task.see', 'change.see'] as const
const operate = ['vm.create', 'vm.operate', 'vm.console', 'vm.delete', 'task.cancel'] as const

const granted: Readonly<Record<Role, readonly Permission[]>> = {
  administrator: permissions,
  operator: [...see, ...operate, 'metrics.see'],
  viewer: see,
  /** A person with machines of their own: the same verbs, but only on rows that carry their scope. */
  user: ['vm.see', 'vm.operate', 'vm.console', 'task.see', 'task.cancel', 'change.see'],
}

/** Tells whether a role has a permission at all; on which rows is the scopes' matter. */
export const roleMay = (role: Role, permission: Permission): boolean => granted[role].includes(permission)

/** The least role that has a permission, for the sentence of a refusal: "Operators can." */
export const leastRole = (permission: Permission): Role =>
  (['viewer', 'user', 'operator', 'administrator'] as const).find((role) => roleMay(role, permission)) ??
  'administrator'

/** Every row carries the scopes it belongs to; a caller reaches a row when the two sets meet. */
export const scopesOf = (account: { readonly id: string; readonly role: Role }): readonly string[] =>
  account.role === 'user' ? [`account:${account.id}`] : ['all']
