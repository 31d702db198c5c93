import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { client } from './client.ts'
import type { Session, VmCreate } from './resources.ts'

/** Every reading of the API by its key. What the change stream tells is patched into these; nothing polls. */

/** Rows of a list that is shown whole; hosts, pools and networks are few. */
const whole = 500

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }): Promise<Session> => client.session({ signal }),
})

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => client.overview({ signal }),
})

export const countsQuery = queryOptions({
  queryKey: ['counts'],
  queryFn: ({ signal }) => client.countVms({ signal }),
})

export const vmQuery = (vm: string) =>
  queryOptions({ queryKey: ['vm', vm], queryFn: ({ signal }) => client.getVm({ params: { vm }, signal }) })

/** VMs whose name or tag has these letters, for the palette. */
export const findVmsQuery = (q: string) =>
  queryOptions({
    queryKey: ['find', q],
    queryFn: ({ signal }) => client.listVms({ query: { q, from: 0, limit: 8, sort: 'name' }, signal }),
    placeholderData: keepPreviousData,
  })

export const hostsQuery = queryOptions({
  queryKey: ['hosts'],
  queryFn: ({ signal }) => client.listHosts({ query: { limit: whole }, signal }),
})

export const hostQuery = (host: string) =>
  queryOptions({ queryKey: ['host', host], queryFn: ({ signal }) => client.getHost({ params: { host }, signal }) })

export const poolsQuery = queryOptions({
  queryKey: ['pools'],
  queryFn: ({ signal }) => client.listPools({ query: { limit: whole }, signal }),
})

export type VolumeFilter = { readonly pool?: string; readonly host?: string; readonly kind?: 'disk' | 'iso' | 'other' }

export const volumesQuery = (filter: VolumeFilter) =>
  infiniteQueryOptions({
    queryKey: ['volumes', filter],
    queryFn: ({ signal, pageParam }) =>
      client.listVolumes({
        query: { ...filter, limit: 200, ...(pageParam === '' ? {} : { after: pageParam }) },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

export const networksQuery = queryOptions({
  queryKey: ['networks'],
  queryFn: ({ signal }) => client.listNetworks({ query: { limit: whole }, signal }),
})

export type TaskFilter = { readonly vm?: string; readonly host?: string; readonly state?: string }

export const tasksQuery = (filter: TaskFilter) =>
  infiniteQueryOptions({
    queryKey: ['tasks', filter],
    queryFn: ({ signal, pageParam }) =>
      client.listTasks({ query: { ...filter, limit: 100, ...(pageParam === '' ? {} : { after: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

export const openTasksQuery = queryOptions({
  queryKey: ['open-tasks'],
  queryFn: ({ signal }) => client.listTasks({ query: { state: 'open', limit: 50 }, signal }),
})

export const taskQuery = (task: string) =>
  queryOptions({ queryKey: ['task', task], queryFn: ({ signal }) => client.getTask({ params: { task }, signal }) })

export type ChangeFilter = {
  readonly vm?: string
  readonly host?: string
  readonly author?: 'user' | 'outside' | 'floe'
}

export const changesQuery = (filter: ChangeFilter, limit = 100) =>
  infiniteQueryOptions({
    queryKey: ['changes', filter, limit],
    queryFn: ({ signal, pageParam }) =>
      client.listChanges({ query: { ...filter, limit, ...(pageParam === '' ? {} : { after: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })

export const planQuery = (body: VmCreate) =>
  queryOptions({
    queryKey: ['plan', body],
    queryFn: ({ signal }) => client.planVm({ body, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  })
