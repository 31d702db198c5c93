import { systemClock, type Clock } from '../base/clock.ts'
import type { HostId, TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Db } from '../db/open-db.ts'
import type { Row } from '../db/tables.ts'
import { beginTask } from './begin-task.ts'
import { cancelTask } from './cancel-task.ts'
import { claimTasks } from './claim-tasks.ts'
import { EngineStopping } from './holding.ts'
import { keepLeases, type LeaseKeeperOptions } from './lease-keeper.ts'
import { runTask } from './run-task.ts'
import { TaskEnds } from './task-ends.ts'
import { taskError } from './task-errors.ts'
import { TaskJournal } from './task-journal.ts'
import { TaskLease } from './task-lease.ts'
import type { AnyTaskKind, TaskBy, TaskKind, TaskRef, TaskRow } from './task.ts'

export type TaskEngineOptions<World> = {
  readonly db: Db
  readonly world: World
  readonly kinds: readonly AnyTaskKind<World>[]
  /** This replica, unique among the controllers. */
  readonly identity: string
  readonly clock?: Clock
  /** A holder that is silent for so long loses its tasks; default 10 s. */
  readonly leaseMs?: Milliseconds
  /** Tasks at once; default 16. */
  readonly parallel?: number
  /** Hosts whose tasks may run here; tasks without a host run anywhere. Default: all. */
  readonly hosts?: () => readonly HostId[]
  /** A failed undo is tried `times` times in all; the pause after the first doubles. Default 5 times from 1 s. */
  readonly undo?: { readonly times: number; readonly delayMs: Milliseconds }
  /** How long a step may go on after it was told to stop; default 5 s. */
  readonly graceMs?: Milliseconds
  /** Tells whether an error means that the connection to a host broke in the middle of a call. Default: none does. */
  readonly isBreak?: (error: unknown) => boolean
  /** Called between every two effects with the name of the place; for tests that kill. */
  readonly killPoint?: (name: string) => void | Promise<void>
  /** What went wrong around tasks, not in them: the database is away, a lease was lost. */
  readonly onTrouble?: (sentence: string, cause: unknown) => void
}

type Running = {
  readonly lease: TaskLease
  readonly cancel: AbortController
  readonly ended: Promise<void>
}

/** Runs durable tasks on PostgreSQL: claims them under a lease on the database's clock, journals every step, and goes
 *  on with what another engine left. Any number of engines share one database. */
export class TaskEngine<World> implements AsyncDisposable {
  readonly #options: TaskEngineOptions<World>
  readonly #clock: Clock
  readonly #leaseMs: Milliseconds
  readonly #kinds: ReadonlyMap<string, AnyTaskKind<World>>
  readonly #running = new Map<TaskId, Running>()
  readonly #ends: TaskEnds
  /** Ends the loops. */
  readonly #over = new AbortController()
  /** Cuts running steps off. */
  readonly #stopping = new AbortController()
  #ending = false
  #loops: Promise<unknown> | undefined
  #wake = Promise.withResolvers<void>()

  constructor(options: TaskEngineOptions<World>) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#leaseMs = options.leaseMs ?? 10_000
    this.#kinds = new Map(options.kinds.map((kind) => [kind.name, kind]))
    if (this.#kinds.size !== options.kinds.length) throw new TypeError('Two kinds of tasks have one name.')
    this.#ends = new TaskEnds(options.db, this.#clock, {
      wake: () => this.#wake.resolve(),
      cancelled: (id) => this.#cancelHere(id),
      onTrouble: (sentence, cause) => this.#trouble(sentence, cause),
    })
  }

  /** Stores a task with its locks; it runs as soon as an engine is free. Refuses with the owner when a lock is held. */
  async begin<Input>(kind: TaskKind<Input, World>, input: Input, by: TaskBy): Promise<TaskRef> {
    if (this.#kinds.get(kind.name) !== kind) throw taskError('task_kind_unknown', { name: kind.name })
    return beginTask(this.#options.db.kysely, kind, input, by)
  }

  start(): void {
    if (this.#ending) throw new Error('This engine was stopped; make a new one.')
    this.#loops ??= Promise.all([
      this.#claimLoop(),
      keepLeases(this.#leaseKeeping(), this.#over.signal),
      this.#ends.follow(this.#over.signal),
    ])
  }

  /** Finishes running steps (for the grace time at most) and gives the tasks back, so that another engine goes on. */
  async stop(): Promise<void> {
    this.#ending = true
    this.#wake.resolve()
    const done = new AbortController()
    void this.#clock.sleep(this.#options.graceMs ?? 5000, done.signal).then(
      () => this.#stopping.abort(new EngineStopping('This controller ends.')),
      () => {},
    )
    await this.#allEnded()
    done.abort()
    this.#over.abort()
    this.#wake.resolve()
    await this.#loops
    // A claim may have been under way.
    await this.#allEnded()
    this.#ends.close()
  }

  /** Asks a task to stop and undo itself; returns when this is stored. Refuses for a task that has ended. */
  async cancel(id: TaskId, by: { readonly name: string } = { name: 'floe' }): Promise<void> {
    await cancelTask(this.#options.db.kysely, id, by)
  }

  /** The task's row once it has ended, wherever it runs. Rejects with the signal's reason, or when the engine stops. */
  waitFor(id: TaskId, signal?: AbortSignal): Promise<TaskRow> {
    return this.#ends.waitFor(id, signal)
  }

  /** Calls `listener` for each task that ends, here or elsewhere; an end may be missed while the database is away. */
  onEnd(listener: (row: TaskRow) => void): Disposable {
    return this.#ends.onEnd(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  #leaseKeeping(): LeaseKeeperOptions {
    const { db, identity } = this.#options
    return {
      db,
      identity,
      clock: this.#clock,
      leaseMs: this.#leaseMs,
      held: () => [...this.#running.values()].map(({ lease }) => lease),
      cancelled: (id) => this.#cancelHere(id),
      onTrouble: (sentence, cause) => this.#trouble(sentence, cause),
    }
  }

  async #allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }

  async #claimLoop(): Promise<void> {
    while (!this.#over.signal.aborted) {
      this.#wake = Promise.withResolvers()
      const claimed = this.#ending ? 0 : await this.#claim()
      if (claimed > 0 && this.#free() > 0) continue
      // Besides the wake: leases that ran out and undos whose pause is over are announced by nobody.
      const turn = new AbortController()
      const pause = this.#clock.sleep(this.#leaseMs / 4, turn.signal).catch(() => {})
      await Promise.race([this.#wake.promise, pause])
      turn.abort()
    }
  }

  #free(): number {
    return (this.#options.parallel ?? 16) - this.#running.size
  }

  async #claim(): Promise<number> {
    const limit = this.#free()
    if (limit <= 0) return 0
    const { db, identity, hosts } = this.#options
    const claimedAt = this.#clock.monotonic()
    const claim = { holder: identity, leaseMs: this.#leaseMs, limit, kinds: [...this.#kinds.keys()], hosts: hosts?.() }
    try {
      const rows = await claimTasks(db.kysely, claim)
      for (const row of rows) this.#run(row, claimedAt)
      return rows.length
    } catch (error) {
      this.#trouble('No task could be claimed; it is tried again', error)
      return 0
    }
  }

  #run(row: Row<'task'>, claimedAt: Milliseconds): void {
    const lease = new TaskLease(row, claimedAt, this.#leaseMs, this.#clock)
    const cancel = new AbortController()
    if (row.cancel_requested !== null) cancel.abort(taskError('task_cancelled'))
    // A task that was lost here and claimed here again waits until its earlier run has let go.
    const earlier = this.#running.get(row.id)?.ended
    const ended = (async () => {
      await earlier
      await this.#runToEnd(row, lease, cancel.signal)
    })()
      .catch((error: unknown) => this.#trouble(`Task ${row.number} stands still; it is tried again`, error))
      .finally(() => {
        // Under a new lease it may be here once more already.
        if (this.#running.get(row.id)?.lease === lease) this.#running.delete(row.id)
        this.#wake.resolve()
      })
    this.#running.set(row.id, { lease, cancel, ended })
  }

  async #runToEnd(row: Row<'task'>, lease: TaskLease, cancelled: AbortSignal): Promise<void> {
    const { world, killPoint, undo, graceMs, db, isBreak } = this.#options
    const clock = this.#clock
    const kind = this.#kinds.get(row.name)!
    const steps = await db.kysely
      .selectFrom('task_step')
      .selectAll()
      .where('task_id', '=', row.id)
      .orderBy('index')
      .execute()
    const journal = new TaskJournal({ kysely: db.kysely, clock, leaseMs: this.#leaseMs }, lease)
    const stopping = this.#stopping.signal
    const holding = { kind, row, steps, lease, journal, cancelled, stopping, isEnding: () => this.#ending }
    await runTask(holding, {
      world,
      clock,
      killPoint,
      undo: undo ?? { times: 5, delayMs: 1000 },
      graceMs: graceMs ?? 5000,
      isBreak: isBreak ?? (() => false),
    })
    if (lease.signal.aborted) this.#trouble(`Task ${row.number} was given up here`, lease.signal.reason)
  }

  #cancelHere(id: TaskId): void {
    this.#running.get(id)?.cancel.abort(taskError('task_cancelled'))
    this.#wake.resolve()
  }

  #trouble(sentence: string, cause: unknown): void {
    this.#options.onTrouble?.(sentence, cause)
  }
}
