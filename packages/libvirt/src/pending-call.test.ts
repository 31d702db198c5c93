import { expect, test } from 'vitest'

import { PendingCall } from './pending-call.ts'
import { procedure, type ProcedureName } from './table/calls.ts'

const dom = { name: 'vm', uuid: '00000000-0000-4000-8000-00000000000A', id: 1 }
const subject = (name: ProcedureName, args: unknown): string | undefined =>
  new PendingCall({
    name,
    serial: 1,
    row: procedure(name),
    args,
    onReply: undefined,
    send: () => {},
    evicted: () => new Error('evicted'),
  }).subject

test('a call about a domain, its snapshots, its checkpoints or its statistics is that domain’s', () => {
  const uuid = dom.uuid.toLowerCase()
  expect(subject('domainGetInfo', { dom })).toBe(uuid)
  expect(subject('domainRevertToSnapshot', { snapshot: { name: 's', dom } })).toBe(uuid)
  expect(subject('domainCheckpointDelete', { checkpoint: { name: 'c', dom } })).toBe(uuid)
  expect(subject('connectGetAllDomainStats', { doms: [dom] })).toBe(uuid)
})

test('statistics of all domains are one subject, and what asks no domain is none', () => {
  expect(subject('connectGetAllDomainStats', {})).toBe('connectGetAllDomainStats')
  expect(subject('connectListAllDomains', undefined)).toBeUndefined()
  expect(subject('networkCreate', { net: { name: 'n', uuid: dom.uuid } })).toBeUndefined()
})
