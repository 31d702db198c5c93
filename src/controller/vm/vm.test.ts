import { expect, test } from 'vitest'

import type { HostId, VmId } from '../../base/ids.ts'
import {
  deleteObstacle,
  powerOffObstacle,
  problemOf,
  shutDownObstacle,
  startObstacle,
  takeOverObstacle,
  type SightingFacts,
  type VmFacts,
} from './vm.ts'

const seen = (state: string, more: Partial<SightingFacts> = {}): SightingFacts => ({
  host: 'hv1',
  hostId: 'id-hv1' as HostId,
  hostUp: true,
  hostSince: new Date(0),
  state,
  persistent: true,
  ...more,
})
const vm = (more: Partial<VmFacts> = {}): VmFacts => ({
  id: 'x' as VmId,
  name: 'wiki',
  ownerCopy: null,
  protected: false,
  lock: null,
  sightings: [seen('shutoff')],
  ...more,
})

test('a VM that is off can be started and deleted, not shut down or powered off', () => {
  expect(startObstacle(vm())).toBeUndefined()
  expect(deleteObstacle(vm())).toBeUndefined()
  expect(shutDownObstacle(vm())?.code).toBe('vm_not_running')
  expect(powerOffObstacle(vm())?.code).toBe('vm_not_running')
})

test('a paused guest is alive: it is powered off, but neither started, shut down nor deleted', () => {
  const paused = vm({ sightings: [seen('paused')] })
  expect([
    startObstacle(paused)?.code,
    shutDownObstacle(paused)?.code,
    powerOffObstacle(paused)?.code,
    deleteObstacle(paused)?.code,
  ]).toEqual(['vm_running', 'vm_paused', undefined, 'vm_running'])
})

test('nothing is started while it is defined on two hosts, even where both are off', () => {
  expect(startObstacle(vm({ sightings: [seen('shutoff'), seen('shutoff', { host: 'hv2' })] }))).toMatchObject({
    code: 'vm_twice',
    details: { hosts: ['hv1', 'hv2'] },
  })
})

test('nothing is started on the word of a silent host', () => {
  expect(startObstacle(vm({ sightings: [seen('shutoff', { hostUp: false })] }))?.code).toBe('vm_unseen')
})

test('another Floe’s VM is read-only, and a locked one waits, except for the task that holds it', () => {
  expect(startObstacle(vm({ ownerCopy: 'other' }))?.code).toBe('vm_foreign')
  const locked = vm({ lock: { task: 7, taskId: 't', cause: 'is being deleted' } })
  expect(startObstacle(locked)).toMatchObject({ code: 'vm_locked', details: { task: 7 } })
  expect(startObstacle(locked, 't')).toBeUndefined()
})

test('another Floe’s VM is taken over only where it is in one place, on a host that answers, and nobody holds it', () => {
  const foreign = (more: Partial<VmFacts> = {}): string | undefined =>
    takeOverObstacle(vm({ ownerCopy: 'other', ...more }))?.code
  expect(foreign()).toBeUndefined()
  expect(foreign({ sightings: [seen('running'), seen('shutoff', { host: 'hv2' })] })).toBe('vm_twice')
  expect(foreign({ sightings: [seen('running', { hostUp: false })] })).toBe('vm_unseen')
  expect(foreign({ sightings: [] })).toBe('not_found')
  expect(foreign({ lock: { task: 7, taskId: 't', cause: 'is being deleted' } })).toBe('vm_locked')
})

test('protection keeps from deletion alone', () => {
  const guarded = vm({ protected: true })
  expect([deleteObstacle(guarded)?.code, startObstacle(guarded)?.code]).toEqual(['vm_protected', undefined])
})

test('a QEMU that ended unexpectedly is a problem with a remedy', () => {
  expect(problemOf({ ...vm(), reason: 'failed' })).toMatchObject({ code: 'qemu_ended' })
  expect(problemOf({ ...vm(), reason: 'shutdown' })).toBeNull()
})
