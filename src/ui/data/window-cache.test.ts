import { expect, test } from 'vitest'

import type { Vm } from './resources.ts'
import {
  emptyCache,
  expire,
  heldRows,
  missing,
  patch,
  put,
  remove,
  rowAt,
  windowSize,
  type VmView,
} from './window-cache.ts'

const view: VmView = { q: '', state: '', host: '', sort: 'name' }

const vm = (number: number, change: Partial<Vm> = {}): Vm => ({
  id: `id-${number}`,
  name: `vm-${String(number).padStart(5, '0')}`,
  title: null,
  state: 'running',
  reason: null,
  since: null,
  host: 'hv1',
  uuid: null,
  memoryMiB: 512,
  vcpus: 1,
  tags: [],
  notes: '',
  protected: false,
  sample: false,
  ours: true,
  foreign: null,
  lock: null,
  drift: null,
  problem: null,
  createdAt: '2026-01-01T00:00:00Z',
  knownSince: '2026-01-01T00:00:00Z',
  createdBy: null,
  revision: 10,
  ...change,
})

const answer = (number: number, total = 20_000, revision = 10) => ({
  items: Array.from({ length: Math.min(windowSize, total - number * windowSize) }, (_, at) =>
    vm(number * windowSize + at),
  ),
  total,
  revision,
})

test('before the first answer only the first windows in sight are missing', () => {
  expect(missing(emptyCache(view), 0, 30)).toEqual([0])
  expect(missing(emptyCache(view), 90, 130)).toEqual([0, 1])
})

test('only the windows in sight are asked for, also at row 15,000', () => {
  const cache = put(emptyCache(view), 0, answer(0))
  expect(missing(cache, 0, 40)).toEqual([])
  expect(missing(cache, 14_990, 15_020)).toEqual([149, 150])
  expect(missing(cache, 19_990, 20_050)).toEqual([199])
})

test('rows stand at their place and those not read are undefined', () => {
  const cache = put(put(emptyCache(view), 0, answer(0)), 150, answer(150))
  expect(rowAt(cache, 15_042)?.name).toBe('vm-15042')
  expect(rowAt(cache, 7000)).toBeUndefined()
})

test('a long scroll keeps a bounded number of windows, the newest ones', () => {
  let cache = emptyCache(view)
  for (let number = 0; number < 200; number++) cache = put(cache, number, answer(number))
  expect(heldRows(cache).length).toBeLessThanOrEqual(24 * windowSize)
  expect(rowAt(cache, 19_999)?.name).toBe('vm-19999')
  expect(rowAt(cache, 0)).toBeUndefined()
})

test('a change of the state patches the row in place and moves nothing in a list by name', () => {
  const cache = patch(put(emptyCache(view), 0, answer(0)), vm(5, { state: 'shutoff', revision: 11 }))
  expect(rowAt(cache, 5)?.state).toBe('shutoff')
  expect(cache.moved.size).toBe(0)
})

test('a change of what is sorted by is noted as a move, and the order stays', () => {
  const byState = { ...view, sort: 'state' } as const
  const cache = patch(put(emptyCache(byState), 0, answer(0)), vm(5, { state: 'shutoff', revision: 11 }))
  expect(rowAt(cache, 5)?.id).toBe('id-5')
  expect([...cache.moved]).toEqual(['id-5'])
})

test('a row that no longer fits the filter is noted and stays until the order is made anew', () => {
  const running = { ...view, state: 'running' }
  const cache = patch(put(emptyCache(running), 0, answer(0)), vm(5, { state: 'paused', revision: 11 }))
  expect(rowAt(cache, 5)?.state).toBe('paused')
  expect(cache.moved.size).toBe(1)
})

test('an older change does not overwrite a newer row', () => {
  const cache = patch(put(emptyCache(view), 0, answer(0)), vm(5, { state: 'paused', revision: 9 }))
  expect(rowAt(cache, 5)?.state).toBe('running')
})

test('an answer that was under way does not undo a change that came meanwhile', () => {
  const patched = patch(put(emptyCache(view), 0, answer(0)), vm(5, { state: 'paused', revision: 12 }))
  expect(rowAt(put(patched, 0, answer(0)), 5)?.state).toBe('paused')
})

test('a new VM is noted; one that merely lies outside of what is held is not', () => {
  const cache = put(emptyCache(view), 0, answer(0))
  expect(patch(cache, vm(9000, { revision: 11 })).moved.size).toBe(0)
  expect(patch(cache, vm(30_000, { revision: 11 }), true).moved.size).toBe(1)
  const whole = put(emptyCache(view), 0, answer(0, 40))
  expect(patch(whole, vm(41, { revision: 11 })).moved.size).toBe(1)
})

test('a deleted VM stays in its place as not defined', () => {
  const cache = remove(put(emptyCache(view), 0, answer(0)), 'id-7')
  expect(rowAt(cache, 7)?.state).toBe('undefined')
  expect(cache.moved.has('id-7')).toBe(true)
})

test('what was read before a revision is asked for again and shown until then', () => {
  const cache = expire(put(put(emptyCache(view), 0, answer(0)), 1, answer(1, 20_000, 50)), 20)
  expect(missing(cache, 0, 150)).toEqual([0])
  expect(rowAt(cache, 3)).toBeDefined()
})

test('asking for everything again forgets what would move', () => {
  const cache = expire(remove(put(emptyCache(view), 0, answer(0)), 'id-7'))
  expect(cache.moved.size).toBe(0)
  expect(missing(cache, 0, 10)).toEqual([0])
})
