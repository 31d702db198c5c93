import type { Clock } from '../base/clock.ts'
import type { HostId, TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Db } from '../db/open-db.ts'
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
  /** Called between every two effects with the name of the place; for tests that kill. */
  readonly killPoint?: (name: string) => void | Promise<void>
  /** What went wrong around tasks, not in them: the database is away, a lease was lost. */
  readonly onTrouble?: (sentence: string, cause: unknown) => void
}

/** Runs durable tasks on PostgreSQL. */
export class TaskEngine<World> implements AsyncDisposable {
  constructor(_options: TaskEngineOptions<World>) {}

  /** Stores a task with its locks; it runs as soon as an engine is free. Refuses with the owner when a lock is held. */
  begin<Input>(
    _kind: TaskKind<Input, World>,
    _input: Input,
    _by: TaskBy,
    _options: { idempotencyKey?: string } = {},
  ): Promise<TaskRef> {
    throw new Error('Not here yet.')
  }

  start(): void {}

  /** Finishes running steps (5 s at most) and gives the tasks back, so that another engine goes on at once. */
  async stop(): Promise<void> {}

  /** Asks a task to stop and undo itself; returns at once. */
  async cancel(_id: TaskId): Promise<void> {}

  /** The task's row once it has ended. */
  waitFor(_id: TaskId, _signal?: AbortSignal): Promise<TaskRow> {
    throw new Error('Not here yet.')
  }

  /** Calls `listener` for each task that ends here or elsewhere. */
  onEnd(_listener: (row: TaskRow) => void): Disposable {
    return { [Symbol.dispose]: () => {} }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
