import { Type } from 'typebox'

import { PageQuery, Ref } from '../resources/common.ts'
import { Host, HostAdd, HostPage, NetworkPage, PoolPage, VolumePage } from '../resources/host.ts'
import { TaskAnswer } from '../resources/task.ts'
import { route } from '../route.ts'

const params = Type.Object({ host: Ref })
const onHost = { host: Type.Optional(Type.String({ maxLength: 63, description: 'Only of this host.' })) }

export const hostRoutes = {
  listHosts: route({
    id: 'host.list',
    method: 'GET',
    path: '/hosts',
    summary: 'List hosts',
    may: 'host.see',
    query: Type.Object(PageQuery),
    answers: { 200: HostPage },
    errors: [],
  }),
  getHost: route({
    id: 'host.get',
    method: 'GET',
    path: '/hosts/:host',
    summary: 'Show a host',
    may: 'host.see',
    on: 'host',
    params,
    answers: { 200: Host },
    errors: ['not_found'],
  }),
  addHost: route({
    id: 'host.add',
    method: 'POST',
    path: '/hosts',
    summary: 'Add a host',
    description:
      'Connects, lists what is there, makes Floe’s own pool and proves KVM with a probe guest. What runs there is adopted and not touched. A host that is here already is refused; look at it again with its refresh.',
    may: 'host.add',
    body: HostAdd,
    answers: { 202: TaskAnswer },
    errors: ['uri_refused', 'host_taken', 'host_name_taken'],
  }),
  refreshHost: route({
    id: 'host.refresh',
    method: 'POST',
    path: '/hosts/:host/refresh',
    summary: 'Look at everything on a host again',
    may: 'host.add',
    on: 'host',
    params,
    answers: { 202: TaskAnswer },
    errors: ['not_found', 'host_unreachable'],
  }),
  listPools: route({
    id: 'pool.list',
    method: 'GET',
    path: '/pools',
    summary: 'List storage pools',
    may: 'storage.see',
    query: Type.Object({ ...PageQuery, ...onHost }),
    answers: { 200: PoolPage },
    errors: [],
  }),
  listVolumes: route({
    id: 'volume.list',
    method: 'GET',
    path: '/volumes',
    summary: 'List volumes',
    may: 'storage.see',
    query: Type.Object({
      ...PageQuery,
      ...onHost,
      pool: Type.Optional(Type.String({ maxLength: 255 })),
      kind: Type.Optional(Type.Enum(['disk', 'iso', 'other'])),
    }),
    answers: { 200: VolumePage },
    errors: [],
  }),
  listNetworks: route({
    id: 'network.list',
    method: 'GET',
    path: '/networks',
    summary: 'List networks',
    may: 'network.see',
    query: Type.Object({ ...PageQuery, ...onHost }),
    answers: { 200: NetworkPage },
    errors: [],
  }),
}
