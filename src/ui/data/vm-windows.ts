import type { ListQuery, Task, Vm, VmPage } from './resources.ts'
import {
  emptyCache,
  expire,
  findRow,
  missing,
  patch,
  put,
  remove,
  sameView,
  windowSize,
  type VmView,
  type WindowCache,
} from './window-cache.ts'
import { withTask } from './with-task.ts'

export type WindowsState = {
  readonly cache: WindowCache
  readonly frozen: boolean
  readonly error: unknown
}

/** Reads rows: the API's list of VMs. */
export type ReadVms = (query: ListQuery, signal: AbortSignal) => Promise<VmPage>

/** Pause before windows are asked for while one scrolls, so that windows flown over are never fetched. */
const scrollPauseMs = 60
/** Pause between two orderings of a table whose rows keep moving. */
const orderPauseMs = 700
/** Changes remembered, for answers that are older than them: more than come in the time of one call. */
const remembered = 4000

/** The VM list's rows: asks for the windows one looks at, patches them from the stream, and holds the order still. */
export class VmWindows {
  readonly #read: ReadVms
  #state: WindowsState
  /** The view that is wanted; its first answer replaces what is shown. */
  #view: VmView
  readonly #listeners = new Set<() => void>()
  readonly #asked = new Map<number, AbortController>()
  readonly #recent = new Map<string, Vm>()
  /** Revision of the last change that made or removed a row. */
  #reshaped = 0
  #seen: readonly [first: number, last: number] = [0, windowSize - 1]
  #scrollTimer: ReturnType<typeof setTimeout> | undefined
  #orderTimer: ReturnType<typeof setTimeout> | undefined

  constructor(view: VmView, read: ReadVms) {
    this.#read = read
    this.#view = view
    this.#state = { cache: emptyCache(view), frozen: false, error: null }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): WindowsState => this.#state

  /** Shows another view. What the old one held stays until the first rows of the new one are there. */
  show(view: VmView): void {
    this.#view = view
    this.#drop()
    this.#seen = [0, windowSize - 1]
    if (sameView(view, this.#state.cache.view)) this.#set({ cache: expire(this.#state.cache), error: null })
    this.#ask()
  }

  /** Says which rows are looked at. */
  look(first: number, last: number): void {
    this.#seen = [first, last]
    clearTimeout(this.#scrollTimer)
    this.#scrollTimer = setTimeout(() => this.#ask(), scrollPauseMs)
  }

  /** Holds the order while the pointer is over the table. */
  freeze(frozen: boolean): void {
    if (frozen === this.#state.frozen) return
    this.#set({ frozen })
    if (!frozen) this.#orderLater()
  }

  sortNow(): void {
    this.#set({ cache: expire(this.#state.cache), error: null })
    this.#ask()
  }

  patch(vm: Vm, fresh: boolean): void {
    this.#recent.delete(vm.id)
    this.#recent.set(vm.id, vm)
    for (const id of this.#recent.keys()) {
      if (this.#recent.size <= remembered) break
      this.#recent.delete(id)
    }
    if (fresh) this.#reshaped = Math.max(this.#reshaped, vm.revision)
    this.#set({ cache: patch(this.#state.cache, vm, fresh) })
    this.#orderLater()
  }

  /** A task's news says what happens to a VM before the VM itself does. */
  task(task: Task): void {
    const held = task.object?.kind === 'vm' ? findRow(this.#state.cache, task.object.id) : undefined
    if (held === undefined) return
    const vm = withTask(held, task)
    if (vm !== held) this.#set({ cache: patch(this.#state.cache, vm) })
  }

  remove(id: string, revision: number): void {
    this.#recent.delete(id)
    this.#reshaped = Math.max(this.#reshaped, revision)
    this.#set({ cache: remove(this.#state.cache, id) })
    this.#orderLater()
  }

  /** The stream is open from `revision` on: what was read before may lack changes. */
  hello(revision: number): void {
    this.#set({ cache: expire(this.#state.cache, revision) })
    this.#ask()
  }

  end(): void {
    clearTimeout(this.#scrollTimer)
    clearTimeout(this.#orderTimer)
    this.#drop()
  }

  #drop(): void {
    for (const asked of this.#asked.values()) asked.abort()
    this.#asked.clear()
  }

  #set(change: Partial<WindowsState>): void {
    this.#state = { ...this.#state, ...change }
    for (const listener of this.#listeners) listener()
  }

  #orderLater(): void {
    if (this.#orderTimer !== undefined || this.#state.cache.moved.size === 0) return
    this.#orderTimer = setTimeout(() => {
      this.#orderTimer = undefined
      if (!this.#state.frozen && this.#state.cache.moved.size > 0) this.sortNow()
    }, orderPauseMs)
  }

  /** Asks for what is in sight and absent or stale. Nobody looks: nothing is asked. */
  #ask(): void {
    if (this.#listeners.size === 0) return
    const waits = !sameView(this.#view, this.#state.cache.view)
    const wanted = waits ? [0] : missing(this.#state.cache, ...this.#seen)
    for (const [number, asked] of this.#asked) {
      if (wanted.includes(number)) continue
      asked.abort()
      this.#asked.delete(number)
    }
    for (const number of wanted) if (!this.#asked.has(number)) void this.#fetch(number)
  }

  async #fetch(number: number): Promise<void> {
    const asked = new AbortController()
    this.#asked.set(number, asked)
    const { q, state, host, sort } = this.#view
    try {
      const answer = await this.#read(
        {
          from: number * windowSize,
          limit: windowSize,
          sort,
          ...(q === '' ? {} : { q }),
          ...(state === '' ? {} : { state }),
          ...(host === '' ? {} : { host }),
        },
        asked.signal,
      )
      if (!asked.signal.aborted) this.#take(number, answer)
    } catch (error) {
      if (!asked.signal.aborted) this.#set({ error })
    } finally {
      if (this.#asked.get(number) === asked) this.#asked.delete(number)
    }
  }

  /** Rows that changed while the call was under way are as the change left them. */
  #take(number: number, answer: VmPage): void {
    const { cache } = this.#state
    const into = sameView(this.#view, cache.view) ? cache : emptyCache(this.#view)
    const items = answer.items.map((row) => {
      const recent = this.#recent.get(row.id)
      return recent !== undefined && recent.revision > row.revision ? recent : row
    })
    const next = put(into, number, { ...answer, items })
    this.#set({ cache: answer.revision < this.#reshaped ? expire(next, this.#reshaped) : next, error: null })
    if (answer.revision < this.#reshaped) this.#askLater()
  }

  #askLater(): void {
    clearTimeout(this.#scrollTimer)
    this.#scrollTimer = setTimeout(() => this.#ask(), orderPauseMs)
  }
}
