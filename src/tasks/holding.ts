import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Row } from '../db/tables.ts'
import type { TaskJournal } from './task-journal.ts'
import { LeaseLost, type TaskLease } from './task-lease.ts'
import type { AnyTaskKind } from './task.ts'

export type RunOptions<World> = {
  readonly world: World
  readonly clock: Clock
  readonly killPoint?: ((name: string) => void | Promise<void>) | undefined
  /** How often a failed undo is tried, and the pause after the first failure; it doubles. */
  readonly undo: { readonly times: number; readonly delayMs: Milliseconds }
  /** How long a step may go on after it was told to stop. */
  readonly graceMs: Milliseconds
  /** Tells whether the connection to a host broke, so that nobody knows whether the call took effect. */
  readonly isBreak: (error: unknown) => boolean
}

/** One task in the hands of this engine. */
export type Holding<World> = {
  readonly kind: AnyTaskKind<World>
  readonly row: Row<'task'>
  readonly steps: readonly Row<'task_step'>[]
  readonly lease: TaskLease
  readonly journal: TaskJournal
  /** Aborted by a cancel. */
  readonly cancelled: AbortSignal
  /** Aborted with EngineStopping when this engine must end before the step does. */
  readonly stopping: AbortSignal
  /** True when the engine ends after the running step. */
  readonly isEnding: () => boolean
}

/** Where a step of the journal is, as this engine knows it. */
export type StepRow = Pick<Row<'task_step'>, 'index' | 'name' | 'state' | 'attempt'>

/** This engine ends: the step is left as it is, and the next holder takes it up. */
export class EngineStopping extends Error {
  override readonly name = 'EngineStopping'
}

/** The end of the lease or of the engine: the task is somebody else's from here. */
export const isStop = (error: unknown): boolean => error instanceof LeaseLost || error instanceof EngineStopping
