import { Type, type Static } from 'typebox'

import { count, Id, maybe, Name, pageOf, Problem, text, Time } from './common.ts'

export const HostState = Type.Enum(['connecting', 'up', 'down'])

export const Host = Type.Object({
  id: Id,
  name: Type.String(),
  uri: Type.String(),
  state: HostState,
  reason: maybe(text('Why it is not up, in words.')),
  since: Time,
  libvirt: maybe(text('Version.')),
  qemu: maybe(text('Version.')),
  cpus: count('Processors.'),
  cpuModel: maybe(Type.String()),
  memoryBytes: count('Of the machine.'),
  memoryFreeBytes: maybe(count('At the last look.')),
  kvm: Type.Object({
    works: Type.Boolean(),
    why: text('What the probe guest said, or why software emulation is used.'),
  }),
  vms: Type.Object({ all: Type.Integer(), running: Type.Integer() }),
  repaired: count('Differences that the slow re-list found and events had missed.'),
  relistedAt: maybe(Time),
  problem: maybe(Problem),
})
export const HostPage = pageOf(Host)

export const HostAdd = Type.Object(
  { name: Type.Optional(Name), uri: Type.String({ title: 'Address', minLength: 1, maxLength: 1024 }) },
  { additionalProperties: false },
)

export const Pool = Type.Object({
  id: Id,
  host: Type.String(),
  name: Type.String(),
  type: text('libvirt’s pool type.'),
  state: text('running or inactive.'),
  path: maybe(Type.String()),
  capacityBytes: count('Of the pool.'),
  allocationBytes: count('Used.'),
  availableBytes: count('Free.'),
  ours: Type.Boolean({ description: 'Floe’s own pool; every other one is only read.' }),
})
export const PoolPage = pageOf(Pool)

export const Volume = Type.Object({
  id: Id,
  host: Type.String(),
  pool: Type.String(),
  name: Type.String(),
  path: Type.String(),
  format: maybe(Type.String()),
  kind: Type.Enum(['disk', 'iso', 'other']),
  capacityBytes: count('What a guest would see.'),
  allocationBytes: count('What it takes.'),
  usedBy: Type.Array(text('Names of VMs.')),
})
export const VolumePage = pageOf(Volume)

export const Network = Type.Object({
  id: Id,
  host: Type.String(),
  name: Type.String(),
  active: Type.Boolean(),
  bridge: maybe(Type.String()),
  forward: maybe(text('nat, route, bridge, …; null: isolated.')),
  autostart: Type.Boolean(),
})
export const NetworkPage = pageOf(Network)

export type Host = Static<typeof Host>
export type Pool = Static<typeof Pool>
export type Volume = Static<typeof Volume>
export type Network = Static<typeof Network>
