import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'

import { applyChange, withRow } from './apply-change.ts'
import type { StreamChange, Task } from './resources.ts'

const page = {
  items: [
    { id: 'a', n: 1 },
    { id: 'b', n: 2 },
  ],
  total: 2,
  next: null,
  revision: 4,
}

test('a row is replaced in place, added at the end, or taken out', () => {
  expect(withRow(page, 'a', { id: 'a', n: 9 })?.items).toEqual([
    { id: 'a', n: 9 },
    { id: 'b', n: 2 },
  ])
  expect(withRow(page, 'c', { id: 'c', n: 3 })).toMatchObject({ total: 3 })
  expect(withRow(page, 'b', undefined)).toMatchObject({ total: 1, items: [{ id: 'a' }] })
  expect(withRow(page, 'x', undefined)).toBe(page)
  expect(withRow(undefined, 'a', { id: 'a' })).toBeUndefined()
})

const task: Task = {
  id: 't1',
  number: 7,
  kind: 'vm.start',
  title: 'Start wiki',
  object: null,
  state: 'running',
  step: null,
  steps: { done: 0, all: 2 },
  progress: null,
  cause: null,
  by: 'anna',
  error: null,
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: null,
  endedAt: null,
}

const told = (change: Partial<StreamChange['change']>, rows: Partial<StreamChange>): StreamChange => ({
  change: {
    revision: 9,
    at: '2026-01-01T00:00:00Z',
    kind: 'task.progress',
    object: null,
    author: { kind: 'floe', name: 'Floe' },
    task: null,
    title: '',
    differences: [],
    ...change,
  },
  ...rows,
})

test('a task joins the open ones when it begins and leaves them when it ends', () => {
  const queries = new QueryClient()
  queries.setQueryData(['open-tasks'], { items: [], total: 0, next: null, revision: 1 })
  applyChange(queries, told({}, { task }), () => undefined)
  expect(queries.getQueryData(['open-tasks'])).toMatchObject({ total: 1 })
  applyChange(queries, told({}, { task: { ...task, state: 'done' } }), () => undefined)
  expect(queries.getQueryData(['open-tasks'])).toMatchObject({ total: 0 })
  queries.clear()
})

test('a VM that is gone is shown as not defined on its page, and its page is not read again', () => {
  const queries = new QueryClient()
  queries.setQueryData(['vm', 'wiki'], {
    id: 'v1',
    name: 'wiki',
    state: 'shutoff',
    since: '2025-12-01T00:00:00Z',
    sightings: [{ host: 'hv1' }],
    revision: 3,
    lock: null,
  })
  const asked: string[] = []
  const object = { kind: 'vm', id: 'v1', name: 'wiki' } as const
  applyChange(queries, told({ object, kind: 'vm.deleted' }, {}), (key) => asked.push(key.join('/')))
  expect(queries.getQueryData(['vm', 'wiki'])).toMatchObject({
    state: 'undefined',
    reason: 'deleted',
    since: '2026-01-01T00:00:00Z',
    sightings: [],
  })
  expect(asked).not.toContain('vm/wiki')
  expect(asked).toContain('counts')
  queries.clear()
})

test('the task that deletes a VM is in the list of its tasks, which cannot be asked for any more', () => {
  const queries = new QueryClient()
  const object = { kind: 'vm', id: 'v1', name: 'wiki' } as const
  const earlier = { ...task, id: 't0', number: 6, object }
  queries.setQueryData(['tasks', { vm: 'v1' }], { pages: [{ items: [earlier], total: 1 }], pageParams: [''] })
  queries.setQueryData(['tasks', { vm: 'v2' }], { pages: [{ items: [], total: 0 }], pageParams: [''] })
  const news = { ...task, kind: 'vm.delete', object }
  for (let times = 0; times < 2; times++) applyChange(queries, told({}, { task: news }), () => undefined)
  expect(queries.getQueryData(['tasks', { vm: 'v1' }])).toMatchObject({
    pages: [{ items: [{ id: 't1' }, { id: 't0' }], total: 2 }],
  })
  expect(queries.getQueryData(['tasks', { vm: 'v2' }])).toMatchObject({ pages: [{ items: [] }] })
  queries.clear()
})

test('a host that is not heard of any more makes what is known of its VMs be asked for again', () => {
  const queries = new QueryClient()
  queries.setQueryData(['vm', 'wiki'], { id: 'v1', name: 'wiki', host: 'hv1' })
  queries.setQueryData(['vm', 'mail'], { id: 'v2', name: 'mail', host: 'hv2' })
  const asked: string[] = []
  const object = { kind: 'host', id: 'h1', name: 'hv1' } as const
  applyChange(queries, told({ object, kind: 'host.silent' }, {}), (key) => asked.push(key.join('/')))
  expect(asked).toContain('vm/wiki')
  expect(asked).toContain('counts')
  expect(asked).not.toContain('vm/mail')
  queries.clear()
})
