import type { Account, OneTimePassword } from '@floe/client'
import type { Command } from 'commander'

import type { Context } from './context.ts'
import { addVerb } from './from-operation.ts'
import { when } from './output/figures.ts'
import { oneLine } from './output/printable.ts'
import { addGroup } from './program.ts'

const passwordText = (name: string, password: string): string =>
  `The one-time password of ${oneLine(name)} is\n\n  ${oneLine(password)}\n\nIt is shown once, and must be changed at the first login.\n`

export function register(program: Command, context: Context): void {
  const group = addGroup(program, 'user')
  addVerb<Account>(group, context, {
    operation: 'listUsers',
    name: 'list',
    example: 'user list',
    show: {
      as: 'list',
      none: 'No users.',
      columns: [
        { title: 'name', value: (user) => user.name },
        { title: 'role', value: (user) => user.role },
        { title: 'password', value: (user) => (user.mustChangePassword ? 'to be chosen' : 'chosen') },
        { title: 'created', value: (user) => when(user.createdAt) },
        { title: 'last seen', value: (user) => when(user.lastSeenAt) },
      ],
    },
  })
  addVerb<{ readonly account: Account; readonly password: string }>(group, context, {
    operation: 'createUser',
    name: 'create',
    example: 'user create anna --role operator',
    positional: ['name'],
    words: { role: 'What they may do.' },
    show: { as: 'one', text: ({ account, password }) => passwordText(account.name, password) },
  })
  addVerb<OneTimePassword>(group, context, {
    operation: 'resetPassword',
    name: 'reset-password',
    example: 'user reset-password anna',
    show: { as: 'one', text: ({ name, password }) => passwordText(name, password) },
  })
}
