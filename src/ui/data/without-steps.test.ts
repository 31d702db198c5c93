import { expect, test } from 'vitest'

import type { Change } from './resources.ts'
import { withoutSteps } from './without-steps.ts'

const change = (revision: number, kind: string, task: number | null): Change => ({ revision, kind, task }) as Change

test('a task is one line, its latest; what it did to objects stays', () => {
  const list = [
    change(9, 'task.ended', 3),
    change(8, 'vm.started', 3),
    change(7, 'task.step', 3),
    change(6, 'task.begun', 3),
    change(5, 'task.step', 2),
    change(4, 'session.opened', null),
    change(3, 'vm.redefined', null),
  ]
  expect(withoutSteps(list).map(({ revision }) => revision)).toEqual([9, 8, 5, 4, 3])
})
