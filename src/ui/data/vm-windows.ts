import { client } from './client.ts'
import type { Task, Vm } from './resources.ts'
import {
  emptyCache,
  expire,
  findRow,
  missing,
  patch,
  put,
  remove,
  windowSize,
  type VmView,
  type WindowCache,
} from './window-cache.ts'
import { withTask } from './with-task.ts'

export type WindowsState = {
  readonly cache: WindowCache
  readonly frozen: boolean
  readonly error: unknown
  readonly asking: boolean
}

/** Pause before windows are asked for while one scrolls, so that windows flown over are never fetched. */
const scrollPauseMs = 60
/** Pause between two orderings of a table whose rows keep moving. */
const orderPauseMs = 700

/** The VM list's rows: asks for the windows one looks at, patches them from the stream, and holds the order still. */
export class VmWindows {
  #state: WindowsState
  readonly #listeners = new Set<() => void>()
  readonly #asked = new Map<number, AbortController>()
  #seen: readonly [first: number, last: number] = [0, windowSize - 1]
  #scrollTimer: ReturnType<typeof setTimeout> | undefined
  #orderTimer: ReturnType<typeof setTimeout> | undefined

  constructor(view: VmView) {
    this.#state = { cache: emptyCache(view), frozen: false, error: null, asking: false }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): WindowsState => this.#state

  /** Shows another view; what the old one held is dropped, its total stays until the new one is known. */
  show(view: VmView): void {
    for (const asked of this.#asked.values()) asked.abort()
    this.#asked.clear()
    this.#set({ cache: emptyCache(view), error: null })
    this.#seen = [0, windowSize - 1]
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
    this.#set({ cache: expire(this.#state.cache) })
    this.#ask()
  }

  patch(vm: Vm, fresh: boolean): void {
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

  remove(id: string): void {
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

  #ask(): void {
    if (this.#listeners.size === 0) return
    const wanted = missing(this.#state.cache, ...this.#seen)
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
    this.#set({ asking: true })
    const { q, state, host, sort } = this.#state.cache.view
    try {
      const answer = await client.listVms({
        query: {
          from: number * windowSize,
          limit: windowSize,
          sort,
          ...(q === '' ? {} : { q }),
          ...(state === '' ? {} : { state }),
          ...(host === '' ? {} : { host }),
        },
        signal: asked.signal,
      })
      if (asked.signal.aborted) return
      this.#set({ cache: put(this.#state.cache, number, answer), error: null })
    } catch (error) {
      if (!asked.signal.aborted) this.#set({ error })
    } finally {
      if (this.#asked.get(number) === asked) this.#asked.delete(number)
      this.#set({ asking: this.#asked.size > 0 })
    }
  }
}
