import type { Vm } from './resources.ts'

/** Rows a window holds; the API gives at most 500 at once. */
export const windowSize = 100
/** Windows kept; at 100 rows each the memory stays the same however far one scrolls. */
const keptWindows = 24

export type VmSort = 'name' | 'state' | 'memory' | 'vcpus' | 'created'
export type VmView = {
  readonly q: string
  readonly state: string
  readonly host: string
  readonly sort: VmSort | `-${VmSort}`
}

type Window = {
  readonly rows: readonly Vm[]
  readonly revision: number
  readonly stale: boolean
  readonly used: number
}

/** The rows of one view that have been asked for, as of their revisions. Immutable: each change gives a new one. */
export type WindowCache = {
  readonly view: VmView
  readonly total: number | null
  readonly windows: ReadonlyMap<number, Window>
  /** VMs whose place would change if the view were asked for again. */
  readonly moved: ReadonlySet<string>
  readonly turn: number
}

export const emptyCache = (view: VmView): WindowCache => ({
  view,
  total: null,
  windows: new Map(),
  moved: new Set(),
  turn: 0,
})

export const sameView = (a: VmView, b: VmView): boolean =>
  a.q === b.q && a.state === b.state && a.host === b.host && a.sort === b.sort

export const rowAt = (cache: WindowCache, index: number): Vm | undefined =>
  cache.windows.get(Math.floor(index / windowSize))?.rows[index % windowSize]

export const findRow = (cache: WindowCache, id: string): Vm | undefined => {
  for (const { rows } of cache.windows.values()) {
    const row = rows.find((vm) => vm.id === id)
    if (row !== undefined) return row
  }
  return undefined
}

/** Numbers of the windows that rows `first` to `last` need and that are absent or stale. */
export const missing = (cache: WindowCache, first: number, last: number): readonly number[] => {
  const end = cache.total === null ? last : Math.min(last, cache.total - 1)
  const wanted: number[] = []
  for (let number = Math.floor(Math.max(0, first) / windowSize); number * windowSize <= Math.max(0, end); number++) {
    const window = cache.windows.get(number)
    if (window === undefined || window.stale) wanted.push(number)
  }
  return wanted
}

/** Takes a window's answer in. Rows that a change made newer meanwhile stay as the change left them. */
export const put = (
  cache: WindowCache,
  number: number,
  answer: { readonly items: readonly Vm[]; readonly total: number; readonly revision: number },
): WindowCache => {
  const newer = new Map<string, Vm>()
  for (const { rows } of cache.windows.values()) for (const row of rows) newer.set(row.id, row)
  const rows = answer.items.map((row) => {
    const known = newer.get(row.id)
    return known !== undefined && known.revision > row.revision ? known : row
  })
  const turn = cache.turn + 1
  const windows = new Map(cache.windows)
  windows.set(number, { rows, revision: answer.revision, stale: false, used: turn })
  while (windows.size > keptWindows) {
    const [oldest] = [...windows.entries()].reduce((a, b) => (b[1].used < a[1].used ? b : a))
    windows.delete(oldest)
  }
  const moved = new Set(cache.moved)
  for (const row of rows) moved.delete(row.id)
  return { ...cache, windows, total: answer.total, moved, turn }
}

const keyOf = (vm: Vm, sort: VmView['sort']): string | number => {
  switch (sort.replace('-', '') as VmSort) {
    case 'name':
      return vm.name
    case 'state':
      return vm.state
    case 'memory':
      return vm.memoryMiB
    case 'vcpus':
      return vm.vcpus
    case 'created':
      return vm.knownSince
  }
}

const fits = (vm: Vm, view: VmView): boolean =>
  (view.state === '' || vm.state === view.state) &&
  (view.host === '' || vm.host === view.host) &&
  (view.q === '' || `${vm.name} ${vm.tags.join(' ')}`.toLowerCase().includes(view.q.toLowerCase()))

/** Puts a changed row in its place without moving it; notes whether it now belongs elsewhere, or is new to the view.
 *  `fresh`: the change made the VM, so that a row no window holds is not merely outside of what was asked for. */
export const patch = (cache: WindowCache, vm: Vm, fresh = false): WindowCache => {
  for (const [number, window] of cache.windows) {
    const at = window.rows.findIndex((row) => row.id === vm.id)
    if (at === -1) continue
    const before = window.rows[at]!
    if (before.revision > vm.revision) return cache
    const windows = new Map(cache.windows)
    windows.set(number, { ...window, rows: window.rows.with(at, vm) })
    const moves = keyOf(before, cache.view.sort) !== keyOf(vm, cache.view.sort) || !fits(vm, cache.view)
    return { ...cache, windows, moved: moves ? new Set([...cache.moved, vm.id]) : cache.moved }
  }
  const all = cache.total !== null && heldCount(cache) >= cache.total
  if (cache.total === null || !fits(vm, cache.view) || !(fresh || all)) return cache
  return { ...cache, moved: new Set([...cache.moved, vm.id]) }
}

const heldCount = (cache: WindowCache): number => {
  let held = 0
  for (const { rows } of cache.windows.values()) held += rows.length
  return held
}

/** A VM that is gone stays in its place as `undefined` until the view is asked for again. */
export const remove = (cache: WindowCache, id: string): WindowCache => {
  for (const [number, window] of cache.windows) {
    const at = window.rows.findIndex((row) => row.id === id)
    if (at === -1) continue
    const gone: Vm = { ...window.rows[at]!, state: 'undefined', reason: 'deleted', lock: null, problem: null }
    const windows = new Map(cache.windows)
    windows.set(number, { ...window, rows: window.rows.with(at, gone) })
    return { ...cache, windows, moved: new Set([...cache.moved, id]) }
  }
  return cache
}

/** Marks everything as to be asked for again; what is shown stays until the answers are there. */
export const expire = (cache: WindowCache, olderThan = Number.POSITIVE_INFINITY): WindowCache => {
  const windows = new Map<number, Window>()
  for (const [number, window] of cache.windows)
    windows.set(number, window.revision < olderThan ? { ...window, stale: true } : window)
  return { ...cache, windows, moved: olderThan === Number.POSITIVE_INFINITY ? new Set() : cache.moved }
}

/** Every row that is held, in the order of the table. */
export const heldRows = (cache: WindowCache): readonly Vm[] =>
  [...cache.windows.entries()].toSorted((a, b) => a[0] - b[0]).flatMap(([, window]) => window.rows)
