import type { Clock } from '../base/clock.ts'
import type { TaskId } from '../base/ids.ts'
import { listen } from '../db/listen.ts'
import type { Db } from '../db/open-db.ts'
import { isRefusedForGood } from '../db/refused-for-good.ts'
import type { Row } from '../db/tables.ts'
import { taskError } from './task-errors.ts'
import { parseTaskNotice, taskChannel } from './task-notice.ts'

export type TaskEndsHooks = {
  /** There may be something to claim. */
  wake(): void
  cancelled(id: TaskId): void
  onTrouble(sentence: string, cause: unknown): void
}

const away = (error: unknown): 'away' => {
  if (isRefusedForGood(error)) throw error
  return 'away'
}

/** Hears what engines tell each other, and who waits for a task's end here. Notices are hints: the rows are read. */
export class TaskEnds {
  readonly #db: Db
  readonly #clock: Clock
  readonly #hooks: TaskEndsHooks
  readonly #listeners = new Set<(row: Row<'task'>) => void>()
  readonly #waiting = new Map<TaskId, Set<() => void>>()
  #closed = false

  constructor(db: Db, clock: Clock, hooks: TaskEndsHooks) {
    this.#db = db
    this.#clock = clock
    this.#hooks = hooks
  }

  async follow(signal: AbortSignal): Promise<void> {
    const onLost = (error: unknown): void =>
      this.#hooks.onTrouble('The connection that hears of tasks broke; it is made again', error)
    for await (const notice of listen(this.#db, taskChannel, signal, { clock: this.#clock, onLost })) {
      if (notice.type === 'connected') {
        this.#hooks.wake()
        for (const id of this.#waiting.keys()) this.#look(id)
        continue
      }
      const told = parseTaskNotice(notice.payload)
      if (told?.type === 'begin') this.#hooks.wake()
      if (told?.type === 'cancel') this.#hooks.cancelled(told.id)
      if (told?.type === 'end') await this.#ended(told.id)
    }
  }

  /** Outlasts a database that is away for a while. */
  async waitFor(id: TaskId, signal?: AbortSignal): Promise<Row<'task'>> {
    for (;;) {
      signal?.throwIfAborted()
      const change = Promise.withResolvers<void>()
      const turn = new AbortController()
      const looks = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, looks.add(change.resolve))
      const abort = (): void => change.resolve()
      signal?.addEventListener('abort', abort)
      try {
        const row = await this.#read(id).catch(away)
        if (row === undefined) throw taskError('task_missing', { task: id })
        if (row !== 'away' && row.ended_at !== null) return row
        if (this.#closed) throw new Error(`This controller ends; task ${row === 'away' ? id : row.number} goes on.`)
        const again = row === 'away' ? this.#clock.sleep(500, turn.signal).catch(() => {}) : undefined
        await (again ? Promise.race([change.promise, again]) : change.promise)
      } finally {
        turn.abort()
        signal?.removeEventListener('abort', abort)
        looks.delete(change.resolve)
        if (looks.size === 0 && this.#waiting.get(id) === looks) this.#waiting.delete(id)
      }
    }
  }

  onEnd(listener: (row: Row<'task'>) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  /** Lets everybody who waits look once more, and go. */
  close(): void {
    this.#closed = true
    for (const id of this.#waiting.keys()) this.#look(id)
  }

  #look(id: TaskId): void {
    for (const look of this.#waiting.get(id) ?? []) look()
  }

  async #ended(id: TaskId): Promise<void> {
    this.#look(id)
    this.#hooks.wake()
    if (this.#listeners.size === 0) return
    try {
      const row = await this.#read(id)
      if (row) for (const listener of this.#listeners) listener(row)
    } catch (error) {
      this.#hooks.onTrouble(`The end of task ${id} could not be read or told`, error)
    }
  }

  #read(id: TaskId): Promise<Row<'task'> | undefined> {
    return this.#db.kysely.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirst()
  }
}
