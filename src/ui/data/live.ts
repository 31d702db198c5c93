import type { QueryClient } from '@tanstack/react-query'

import { applyChange } from './apply-change.ts'
import { client } from './client.ts'
import type { StreamChange, Task } from './resources.ts'
import { joinStream, type StreamHandle } from './stream/join-stream.ts'
import type { StreamNews } from './stream/messages.ts'
import { VmWindows } from './vm-windows.ts'

/** Time within which changes are gathered before the pages are drawn anew. */
const batchMs = 80
/** Pause between two readings of one answer, however many changes ask for it; the first comes soon. */
const refreshPauseMs = 1000
const soonMs = 60

/** Everything of this tab that the change stream keeps current. */
export class Live {
  readonly windows = new VmWindows({ q: '', state: '', host: '', sort: 'name' }, (query, signal) =>
    client.listVms({ query, signal }),
  )
  readonly #queries: QueryClient
  readonly #listeners = new Set<() => void>()
  readonly #taskListeners = new Set<(task: Task) => void>()
  readonly #due = new Set<string>()
  readonly #read = new Map<string, number>()
  #stream: StreamHandle | undefined
  #batch: StreamChange[] = []
  #batchTimer: ReturnType<typeof setTimeout> | undefined
  #lastLife = Date.now()

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  /** When the server was last heard of, in ms of this clock. */
  readonly lastLife = (): number => this.#lastLife

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells of every task's change, for toasts and for whoever waits for one. */
  readonly onTask = (listener: (task: Task) => void): (() => void) => {
    this.#taskListeners.add(listener)
    return () => this.#taskListeners.delete(listener)
  }

  /** Follows changes from now on; called at each page, when there is a session. */
  follow(): void {
    if (this.#stream !== undefined) return
    this.#lastLife = Date.now()
    this.#stream = joinStream((news) => this.#take(news))
  }

  /** Begins a new attempt: there is a new session, or the person asked for it. */
  again(): void {
    this.#stream?.again()
  }

  leave(): void {
    this.#stream?.leave()
    this.#stream = undefined
  }

  #take(news: StreamNews): void {
    switch (news.type) {
      case 'life':
        this.#lastLife = Math.max(this.#lastLife, news.at)
        for (const listener of this.#listeners) listener()
        break
      case 'change':
        this.#batch.push(news.change)
        if (this.#batchTimer === undefined) this.#batchTimer = setTimeout(() => this.#flush(), batchMs)
        break
      case 'hello':
        this.#readSince(news.revision)
        break
      case 'resync':
        this.windows.hello(Number.POSITIVE_INFINITY)
        void this.#queries.invalidateQueries()
        break
      case 'refused':
        // Any call then answers the same, which leads to the login.
        if (news.status === 401) void this.#queries.invalidateQueries({ queryKey: ['session'] })
        break
    }
  }

  #flush(): void {
    this.#batchTimer = undefined
    const batch = this.#batch
    this.#batch = []
    for (const message of batch) {
      applyChange(this.#queries, message, (key) => this.#refresh(key))
      const { object, kind } = message.change
      if (object?.kind === 'vm') {
        if (message.vm === undefined) this.windows.remove(object.id, message.change.revision)
        else this.windows.patch(message.vm, /created|adopted|defined|appeared/.test(kind))
      }
      // The states of its VMs are the host's to tell; rows that were read before may be of another time.
      if (object?.kind === 'host') this.windows.hello(message.change.revision)
      if (message.task !== undefined) {
        this.windows.task(message.task)
        for (const listener of this.#taskListeners) listener(message.task)
      }
    }
  }

  /** Reads again what several changes may ask for: soon, and then at most once a second. */
  #refresh(key: readonly string[]): void {
    const name = JSON.stringify(key)
    if (this.#due.has(name)) return
    this.#due.add(name)
    const since = Date.now() - (this.#read.get(name) ?? 0)
    setTimeout(
      () => {
        this.#due.delete(name)
        this.#read.set(name, Date.now())
        // What is gone has no more to say than that.
        if (this.#queries.getQueryData<{ reason?: unknown }>(key)?.reason === 'deleted') return
        void this.#queries.invalidateQueries({ queryKey: key })
      },
      Math.max(soonMs, refreshPauseMs - since),
    )
  }

  /** Answers that are older than the stream's beginning may have missed a change. */
  #readSince(revision: number): void {
    this.windows.hello(revision)
    void this.#queries.invalidateQueries({
      predicate: ({ state: { data }, queryKey: [noun] }) =>
        noun !== 'session' && noun !== 'plan' && (noun === 'vm' || readAt(data) < revision),
    })
  }
}

/** The revision a list's answer is as of; 0 for answers that do not say. */
const readAt = (data: unknown): number => {
  if (typeof data !== 'object' || data === null) return 0
  if ('revision' in data) return Number(data.revision)
  return 'pages' in data && Array.isArray(data.pages) ? readAt(data.pages[0]) : 0
}
