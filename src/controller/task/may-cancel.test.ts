import { expect, test } from 'vitest'

import { routes, scopesOf, type Role } from '../../api/index.ts'
import type { AccountId } from '../../base/ids.ts'
import { callerOf, localCaller, type Caller } from '../auth/caller.ts'
import { taskKinds } from '../task-kinds.ts'
import { checkMayCancel } from './may-cancel.ts'

const ada = '0199aaaa-0000-7000-8000-00000000000a' as AccountId
const root = '0199aaaa-0000-7000-8000-00000000000b' as AccountId
const caller = (role: Role, id = ada): Caller => callerOf({ id, name: 'ada', role, mustChange: false }, 'hash')
const cancelling = (by: Caller, name: string, by_user: AccountId | null) => () => checkMayCancel({ name, by_user }, by)

test('a person cancels neither the deletion nor the creation that an administrator began on their VM', () => {
  expect(scopesOf({ id: ada, role: 'user' })).not.toContain('all')
  for (const name of ['vm.delete', 'vm.create', 'vm.take-over', 'host.refresh', 'of.a-newer-floe'])
    expect(cancelling(caller('user'), name, root)).toThrow(/Your role \(user\) may not do this/)
})

test('whoever may do the same to the object may cancel it, and so may who began it', () => {
  expect(cancelling(caller('user'), 'vm.start', root)).not.toThrow()
  expect(cancelling(caller('operator'), 'vm.delete', root)).not.toThrow()
  expect(cancelling(caller('operator'), 'host.add', root)).toThrow('The role administrator may.')
  expect(cancelling(caller('user'), 'vm.delete', ada)).not.toThrow()
  expect(cancelling(localCaller, 'of.a-newer-floe', null)).not.toThrow()
})

test('each kind of task has the name of the route that begins it', () => {
  const ids = Object.values(routes).map(({ id }) => id as string)
  for (const { name } of taskKinds) expect(ids).toContain(name)
})
