import { Type, type Static } from 'typebox'

import { maybe, text, Time } from './common.ts'
import { Host, Network, Pool } from './host.ts'
import { ObjectRef, Task } from './task.ts'
import { Vm } from './vm.ts'

export const FieldDifference = Type.Object({
  field: text('In words.'),
  path: Type.String(),
  before: maybe(Type.String()),
  after: maybe(Type.String()),
})

export const Change = Type.Object({
  revision: Type.Integer({ description: 'Given in commit order; the stream resumes after it.' }),
  at: Time,
  kind: text('vm.started, vm.defined, task.progress, host.up, session.opened, …'),
  object: maybe(ObjectRef),
  author: Type.Object({ kind: Type.Enum(['user', 'outside', 'floe']), name: Type.String() }),
  task: maybe(Type.Integer()),
  title: text('One line for people.'),
  differences: Type.Array(FieldDifference),
})

export const ChangePage = Type.Object({
  items: Type.Array(Change),
  next: maybe(Type.String()),
  revision: Type.Integer(),
})

/** One message of the stream: the change and, where it has one, the row as it is now (absent: gone). */
export const StreamChange = Type.Object({
  change: Change,
  vm: Type.Optional(Vm),
  host: Type.Optional(Host),
  task: Type.Optional(Task),
  pool: Type.Optional(Pool),
  network: Type.Optional(Network),
})

export type Change = Static<typeof Change>
export type StreamChange = Static<typeof StreamChange>
