import type { VmState } from '@floe/client'
import { expect, test } from 'vitest'

import type { Vm } from '../data/resources.ts'
import { offers, vmLook } from './state-look.ts'

const vm = (state: VmState, change: Partial<Vm> = {}): Vm =>
  ({ state, reason: null, lock: null, problem: null, foreign: null, ...change }) as Vm
const lock = { task: 1, cause: 'is being started', since: '2026-01-01T00:00:00Z' }
const every: readonly VmState[] = [
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
  'unknown',
  'undefined',
]

test('no two states that differ are told apart by colour alone', () => {
  const looks = every.map((state) => vmLook(vm(state)))
  const words = new Map(looks.map(({ word, shape }) => [word, shape]))
  expect(looks.map(({ word }) => words.get(word))).toEqual(looks.map(({ shape }) => shape))
  expect(vmLook(vm('running')).shape).not.toBe(vmLook(vm('shutoff')).shape)
})

test('what a task does to a VM is its state', () => {
  expect(vmLook(vm('shutoff', { lock }))).toMatchObject({ word: 'Starting', tone: 'busy' })
  expect(vmLook(vm('running', { lock: { ...lock, cause: 'is being shut down' } })).word).toBe('Stopping')
})

test('a VM of another Floe offers nothing', () => {
  for (const state of every) expect(Object.values(offers(vm(state, { foreign: 'other' })))).not.toContain(true)
})

test('a VM whose host is silent offers nothing', () => {
  expect(Object.values(offers(vm('unknown')))).not.toContain(true)
})

test('a hanging shutdown still offers to power off', () => {
  expect(offers(vm('running', { lock: { ...lock, cause: 'is being shut down' } }))).toMatchObject({
    powerOff: true,
    shutDown: false,
    start: false,
  })
})

test('what is off can be started and deleted, what runs cannot', () => {
  expect(offers(vm('shutoff'))).toEqual({ start: true, shutDown: false, powerOff: false, delete: true })
  expect(offers(vm('running'))).toEqual({ start: false, shutDown: true, powerOff: true, delete: false })
})
