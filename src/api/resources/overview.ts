import { Type, type Static } from 'typebox'

import { maybe, ProblemDocument, text, Time } from './common.ts'
import { ObjectRef } from './task.ts'

export const Overview = Type.Object({
  needs: Type.Array(
    Type.Object({
      object: maybe(ObjectRef),
      title: text('What is wrong.'),
      since: maybe(Time),
      remedy: text('What mends it.'),
      worst: Type.Enum(['error', 'warning']),
    }),
  ),
  vms: Type.Record(Type.String(), Type.Integer(), { description: 'Count by state.' }),
  hosts: Type.Record(Type.String(), Type.Integer()),
  memory: Type.Object({ totalBytes: Type.Integer(), givenBytes: Type.Integer() }),
  pools: Type.Object({
    capacityBytes: Type.Integer({ description: 'Of running pools, each file system counted once.' }),
    availableBytes: Type.Integer(),
    shared: Type.Integer({ description: 'Pools that lie on the file system of another and are not counted again.' }),
  }),
})
export const Health = Type.Object({
  status: Type.Enum(['ok', 'starting', 'failing']),
  version: Type.String(),
  copy: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
})
export { ProblemDocument }
export type Overview = Static<typeof Overview>
