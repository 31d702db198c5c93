import { expect, test } from 'vitest'

import type { Task, Vm } from './resources.ts'
import { withTask } from './with-task.ts'

const vm = { id: 'v1', lock: null } as Vm
const task = (change: Partial<Task>): Task =>
  ({
    number: 4,
    kind: 'vm.start',
    object: { kind: 'vm', id: 'v1', name: 'wiki' },
    startedAt: '2026-01-01T00:00:00Z',
    endedAt: null,
    ...change,
  }) as Task
const ended = task({ endedAt: '2026-01-01T00:00:02Z' })

test('a task that runs locks its VM, and gives it free when it ends', () => {
  const locked = withTask(vm, task({}))
  expect(locked.lock).toEqual({ task: 4, cause: 'is being started', since: '2026-01-01T00:00:00Z' })
  expect(withTask(locked, ended).lock).toBeNull()
})

test('a task that waits locks nothing', () => {
  expect(withTask(vm, task({ startedAt: null })).lock).toBeNull()
})

test('another VM, and the lock of another task, stay as they are', () => {
  const other = { ...vm, id: 'v2' }
  expect(withTask(other, task({}))).toBe(other)
  const held = { ...vm, lock: { task: 3, cause: 'is being deleted', since: '' } }
  expect(withTask(held, ended)).toBe(held)
  expect(withTask(held, task({}))).toBe(held)
})
