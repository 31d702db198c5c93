import { expect, test } from 'vitest'

import type { Clock } from '../base/clock.ts'
import { newId, type TaskId } from '../base/ids.ts'
import { LeaseLost, TaskLease } from './task-lease.ts'

function leaseAt(claimedAt: number): { lease: TaskLease; at: (ms: number) => void } {
  let now = claimedAt
  const clock: Clock = { now: () => 0, monotonic: () => now, sleep: () => Promise.reject(new Error('nobody sleeps')) }
  const lease = new TaskLease({ id: newId<TaskId>(), epoch: 3 }, claimedAt, 9000, clock)
  return { lease, at: (ms) => (now = ms) }
}

test('a lease is relied on for two thirds of its time since the renewal was asked for', () => {
  const { lease, at } = leaseAt(100)
  at(6100)
  expect(() => lease.check()).not.toThrow()
  lease.renewed(6000)
  at(12_000)
  expect(() => lease.check()).not.toThrow()
  at(12_001)
  expect(() => lease.check()).toThrow(LeaseLost)
  expect(lease.signal.aborted).toBe(true)
})

test('a lease that was lost stays lost, whatever is renewed later', () => {
  const { lease, at } = leaseAt(0)
  at(6001)
  expect(() => lease.check()).toThrow('not renewed for 6001 ms')
  lease.renewed(6001)
  expect(() => lease.check()).toThrow(LeaseLost)
})

test('renewals that are answered out of order never make a lease younger or older than the last one asked', () => {
  const { lease, at } = leaseAt(0)
  lease.renewed(5000)
  lease.renewed(2000)
  at(10_900)
  expect(() => lease.check()).not.toThrow()
})
