import { expect, test } from 'vitest'

import type { ListQuery, Vm, VmPage } from './resources.ts'
import { VmWindows } from './vm-windows.ts'
import { rowAt, type VmView } from './window-cache.ts'

const view: VmView = { q: '', state: '', host: '', sort: 'name' }
const vm = (number: number, change: Partial<Vm> = {}): Vm =>
  ({
    id: `id-${number}`,
    name: `vm-${String(number).padStart(5, '0')}`,
    state: 'running',
    host: 'hv1',
    tags: [],
    lock: null,
    revision: 10,
    ...change,
  }) as unknown as Vm

/** A list of VMs that answers when it is told to. */
const list = (total: number) => {
  const asked: { readonly query: ListQuery; readonly answer: (revision?: number) => void }[] = []
  const read = (query: ListQuery, signal: AbortSignal): Promise<VmPage> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      const from = query.from ?? 0
      const rows = Array.from({ length: Math.min(query.limit ?? 100, total - from) }, (_, at) => vm(from + at))
      asked.push({ query, answer: (revision = 10) => resolve({ items: rows, total, next: null, revision }) })
    })
  return { asked, read }
}

const shown = (windows: VmWindows, index: number): Vm | undefined => rowAt(windows.snapshot().cache, index)

const begin = (total = 20_000) => {
  const source = list(total)
  const windows = new VmWindows(view, source.read)
  const stop = windows.subscribe(() => undefined)
  return { ...source, windows, [Symbol.dispose]: () => (stop(), windows.end()) }
}

test('only the windows in sight are read, and a window flown over is not', async () => {
  using list = begin()
  list.windows.show(view)
  list.asked[0]!.answer()
  await expect.poll(() => shown(list.windows, 5)?.name).toBe('vm-00005')
  for (let row = 100; row <= 15_000; row += 100) list.windows.look(row, row + 40)
  await expect.poll(() => list.asked.length).toBe(2)
  expect(list.asked[1]!.query).toMatchObject({ from: 15_000, limit: 100 })
})

test('a change that comes while its window is read is not undone by the older answer', async () => {
  using list = begin()
  list.windows.show(view)
  list.windows.patch(vm(3, { state: 'paused', revision: 12 }), false)
  list.asked[0]!.answer(10)
  await expect.poll(() => shown(list.windows, 3)?.state).toBe('paused')
})

test('a VM made while a window is read makes it be read again', async () => {
  using list = begin(40)
  list.windows.show(view)
  list.windows.patch(vm(99, { revision: 12 }), true)
  list.asked[0]!.answer(10)
  await expect.poll(() => list.asked.length).toBe(2)
})

test('while another view is read, the old one stays', async () => {
  using list = begin()
  list.windows.show(view)
  list.asked[0]!.answer()
  await expect.poll(() => shown(list.windows, 0)).toBeDefined()
  list.windows.show({ ...view, q: 'web' })
  expect(shown(list.windows, 0)).toBeDefined()
  expect(list.windows.snapshot().cache.view.q).toBe('')
  list.asked[1]!.answer()
  await expect.poll(() => list.windows.snapshot().cache.view.q).toBe('web')
})

test('the order waits while the pointer is over the table, and is made when it leaves', async () => {
  using list = begin(40)
  list.windows.show({ ...view, sort: 'state' })
  list.asked[0]!.answer()
  await expect.poll(() => shown(list.windows, 0)).toBeDefined()
  list.windows.freeze(true)
  list.windows.patch(vm(3, { state: 'paused', revision: 12 }), false)
  expect(list.windows.snapshot().cache.moved.size).toBe(1)
  expect(list.asked).toHaveLength(1)
  list.windows.freeze(false)
  await expect.poll(() => list.asked.length).toBe(2)
})

test('a refusal is kept beside what is shown', async () => {
  const windows = new VmWindows(view, () => Promise.reject(new Error('away')))
  const stop = windows.subscribe(() => undefined)
  windows.show(view)
  await expect.poll(() => windows.snapshot().error).toBeInstanceOf(Error)
  stop()
  windows.end()
})
