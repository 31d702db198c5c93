import type { InfiniteData, QueryClient } from '@tanstack/react-query'

import type { Host, Network, Pool, StreamChange, Task, TaskDetail, VmDetail } from './resources.ts'
import { withTask } from './with-task.ts'

type Rows<T> = { readonly items: readonly T[]; readonly total: number }

/** Replaces a row in a list's answer, adds it when it is new, or takes it out when it is gone. */
export const withRow = <T extends { readonly id: string }, P extends Rows<T>>(
  page: P | undefined,
  id: string,
  row: T | undefined,
): P | undefined => {
  if (page === undefined) return undefined
  const at = page.items.findIndex((item) => item.id === id)
  if (row === undefined)
    return at === -1 ? page : { ...page, items: page.items.filter((item) => item.id !== id), total: page.total - 1 }
  if (at === -1) return { ...page, items: [...page.items, row], total: page.total + 1 }
  return { ...page, items: page.items.with(at, row) }
}

const ended = (task: Task): boolean => !['waiting', 'running', 'undoing'].includes(task.state)

/** Puts what a change says into every answer that shows the row. What it does not say is asked for again, by `refresh`. */
export const applyChange = (
  queries: QueryClient,
  message: StreamChange,
  refresh: (key: readonly string[]) => void,
): void => {
  const { change } = message
  const id = change.object?.id ?? ''
  refresh(['changes'])
  refresh(['overview'])
  if (change.object?.kind === 'vm') applyVm(queries, message, id, refresh)
  if (change.object?.kind === 'host') {
    refreshVmsOf(queries, change.object.name, refresh)
    queries.setQueryData<Rows<Host>>(['hosts'], (page) => withRow(page, id, message.host))
    queries.setQueriesData<Host>({ queryKey: ['host'] }, (host) => (host?.id === id ? (message.host ?? host) : host))
  }
  if (change.object?.kind === 'pool') {
    queries.setQueryData<Rows<Pool>>(['pools'], (page) => withRow(page, id, message.pool))
    refresh(['volumes'])
  }
  if (change.object?.kind === 'volume') refresh(['volumes'])
  if (change.object?.kind === 'network')
    queries.setQueryData<Rows<Network>>(['networks'], (page) => withRow(page, id, message.network))
  if (message.task !== undefined) applyTask(queries, message.task, refresh)
}

/** Whether a host is heard of decides what is known of its VMs, of which nothing of their own has changed. */
const refreshVmsOf = (queries: QueryClient, host: string, refresh: (key: readonly string[]) => void): void => {
  for (const [key, vm] of queries.getQueriesData<VmDetail>({ queryKey: ['vm'] }))
    if (vm?.host === host) refresh(key as readonly string[])
  refresh(['counts'])
  refresh(['find'])
}

const applyVm = (
  queries: QueryClient,
  message: StreamChange,
  id: string,
  refresh: (key: readonly string[]) => void,
): void => {
  const row = message.vm
  queries.setQueriesData<VmDetail>({ queryKey: ['vm'] }, (vm) => {
    if (vm?.id !== id) return vm
    if (row === undefined) return deleted(vm, message.change.at)
    return row.revision < vm.revision ? vm : { ...vm, ...row }
  })
  for (const [key, vm] of queries.getQueriesData<VmDetail>({ queryKey: ['vm'] }))
    if (vm?.id === id && row !== undefined) refresh(key as readonly string[])
  refresh(['counts'])
  refresh(['find'])
}

/** Puts a new task into the list of its VM, which may be gone before the list is asked for again. */
const addToVmsTasks = (queries: QueryClient, task: Task): void => {
  if (task.object?.kind !== 'vm') return
  queries.setQueryData<InfiniteData<Rows<Task>>>(['tasks', { vm: task.object.id }], (data) => {
    const [first, ...rest] = data?.pages ?? []
    if (data === undefined || first === undefined) return data
    if (data.pages.some((page) => page.items.some((item) => item.id === task.id))) return data
    return { ...data, pages: [{ ...first, items: [task, ...first.items], total: first.total + 1 }, ...rest] }
  })
}

/** What is left of a VM to show: what it was, and since when it is no more. */
const deleted = (vm: VmDetail, at: string): VmDetail => ({
  ...vm,
  state: 'undefined',
  reason: 'deleted',
  // Several pieces of news tell of one end.
  since: vm.state === 'undefined' ? vm.since : at,
  lock: null,
  drift: null,
  problem: null,
  sightings: [],
})

const applyTask = (queries: QueryClient, task: Task, refresh: (key: readonly string[]) => void): void => {
  queries.setQueryData<Rows<Task>>(['open-tasks'], (page) => withRow(page, task.id, ended(task) ? undefined : task))
  queries.setQueriesData<VmDetail>({ queryKey: ['vm'] }, (vm) => vm && withTask(vm, task))
  let known = false
  queries.setQueriesData<InfiniteData<Rows<Task>>>({ queryKey: ['tasks'] }, (data) => {
    if (data === undefined) return undefined
    return {
      ...data,
      pages: data.pages.map((page) => {
        if (!page.items.some((item) => item.id === task.id)) return page
        known = true
        return withRow(page, task.id, task) ?? page
      }),
    }
  })
  addToVmsTasks(queries, task)
  if (!known) refresh(['tasks'])
  queries.setQueriesData<TaskDetail>({ queryKey: ['task'] }, (old) => (old?.id === task.id ? { ...old, ...task } : old))
  for (const [key, old] of queries.getQueriesData<TaskDetail>({ queryKey: ['task'] }))
    if (old?.id === task.id) refresh(key as readonly string[])
}
