import { sql, type Kysely, type Transaction, type UpdateObject } from 'kysely'

import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { appendChanges, type NewChange } from '../db/append-changes.ts'
import { json, storable } from '../db/json.ts'
import { isRefusedForGood } from '../db/refused-for-good.ts'
import type { JsonText, Row, Tables, TaskErrorJson, TaskProgress, TaskState } from '../db/tables.ts'
import { taskChange } from './task-change.ts'
import type { TaskLease } from './task-lease.ts'
import { notifyTasks } from './task-notice.ts'

export type JournalServices = {
  readonly kysely: Kysely<Tables>
  readonly clock: Clock
  readonly leaseMs: Milliseconds
}

export type EndState = Extract<TaskState, 'done' | 'failed' | 'undone' | 'cancelled'>
type Step = { readonly index: number; readonly name: string }
type Begun = Step & { readonly attempt: number }
type Write = (trx: Transaction<Tables>, row: Row<'task'>) => Promise<NewChange[]>

/** The journal of one task under one lease. Every write is fenced by the lease's epoch and renews the lease; while the
 *  database is away it is tried again for as long as the lease is held, then the lease is lost. */
export class TaskJournal {
  readonly #services: JournalServices
  readonly #lease: TaskLease

  constructor(services: JournalServices, lease: TaskLease) {
    this.#services = services
    this.#lease = lease
  }

  /** Returns false, and writes nothing, when a cancel was asked for and `heed` it. */
  async stepBegins(step: Step, state: 'doing' | 'undoing', attempt: number, heed: boolean): Promise<boolean> {
    let began = true
    await this.#fenced(async (trx, row) => {
      began = !(heed && row.cancel_requested !== null)
      return began ? [await this.#begin(trx, row, { ...step, attempt }, state)] : []
    })
    return began
  }

  /** Ends a step, and begins `next` with the same write. Returns false when a cancel was asked for: then `next` waits. */
  async stepDone(step: Step, result: JsonText, next?: Begun): Promise<boolean> {
    let began = false
    await this.#fenced(async (trx, row) => {
      began = next !== undefined && row.cancel_requested === null
      await this.#setStep(trx, step, { state: 'done', result, error: null, ended_at: sql<Date>`clock_timestamp()` })
      const done = this.#stepChange(row, step, 'done', 'is done')
      return next && began ? [done, await this.#begin(trx, row, next, 'doing')] : [done]
    })
    return began
  }

  async #begin(
    trx: Transaction<Tables>,
    row: Row<'task'>,
    step: Begun,
    state: 'doing' | 'undoing',
  ): Promise<NewChange> {
    const { attempt } = step
    await this.#setStep(trx, step, { state, attempt, started_at: sql<Date>`clock_timestamp()`, ended_at: null })
    await trx.updateTable('task').set({ step: step.index, progress: null }).where('id', '=', row.id).execute()
    return this.#stepChange(row, step, state, state === 'doing' ? 'begins' : 'begins to be undone')
  }

  /** Of an attempt that is tried again, or of a step that has no undo and stays as it is. */
  async stepFailed(step: Step, error: TaskErrorJson, state: 'doing' | 'failed'): Promise<void> {
    await this.#fenced(async (trx, row) => {
      await this.#setStep(trx, step, { state, error: json(error), ended_at: sql<Date>`clock_timestamp()` })
      const words = state === 'doing' ? 'failed and is tried again' : 'failed'
      return [this.#stepChange(row, step, state, words, error)]
    })
  }

  async stepUndone(step: Step): Promise<void> {
    await this.#fenced(async (trx, row) => {
      await this.#setStep(trx, step, { state: 'undone', ended_at: sql<Date>`clock_timestamp()` })
      return [this.#stepChange(row, step, 'undone', 'is undone')]
    })
  }

  async startUndo(error: TaskErrorJson, step: Step | undefined): Promise<void> {
    await this.#fenced(async (trx, row) => {
      await trx
        .updateTable('task')
        .set({ state: 'undoing', error: json(error), progress: null })
        .where('id', '=', row.id)
        .execute()
      if (step) await this.#setStep(trx, step, { error: json(error) })
      const after = { state: 'undoing' }
      return [
        taskChange(row, 'undoing', { before: { state: row.state }, after, words: error.message, details: { error } }),
      ]
    })
  }

  /** An undo failed: the lease is given back, and whoever takes the task after `delayMs` tries again. */
  async undoFailed(step: Step, error: TaskErrorJson, delayMs: Milliseconds): Promise<void> {
    await this.#fenced(async (trx, row) => {
      await this.#setStep(trx, step, { error: json(error) })
      await trx
        .updateTable('task')
        .set({
          undo_attempts: row.undo_attempts + 1,
          wake_at: sql<Date>`clock_timestamp() + ${delayMs} * interval '1 ms'`,
          lease_holder: null,
          lease_until: null,
        })
        .where('id', '=', row.id)
        .execute()
      return [this.#stepChange(row, step, 'undoing', 'could not be undone yet', error)]
    })
  }

  /** The end: the locks are released with it. */
  async end(state: EndState, outcome: { result?: JsonText; error?: TaskErrorJson }): Promise<void> {
    await this.#fenced(async (trx, row) => {
      const { result, error } = outcome
      await trx
        .updateTable('task')
        .set({
          state,
          progress: null,
          lease_holder: null,
          lease_until: null,
          ended_at: sql<Date>`clock_timestamp()`,
          ...(result !== undefined && { result }),
          ...(error !== undefined && { error: json(error) }),
        })
        .where('id', '=', row.id)
        .execute()
      await trx.deleteFrom('lock').where('task_id', '=', row.id).execute()
      await notifyTasks(trx, { type: 'end', id: row.id })
      const words = error === undefined ? state : `${state}. ${error.message}`
      const facts = { before: { state: row.state }, after: { state }, words, details: { ...(error && { error }) } }
      return [taskChange(row, 'ended', facts)]
    })
  }

  /** Lets another engine go on at once. */
  async giveBack(): Promise<void> {
    await this.#fenced(async (trx, row) => {
      const nobody = { lease_holder: null, lease_until: null }
      await trx.updateTable('task').set(nobody).where('id', '=', row.id).execute()
      await notifyTasks(trx, { type: 'begin' })
      return []
    })
  }

  /** What a step says while it runs. `tell`: in the change feed too. */
  async note(progress: TaskProgress | undefined, lines: readonly string[], tell: boolean): Promise<void> {
    await this.#fenced(async (trx, row) => {
      if (lines.length > 0) {
        const rows = lines.map((line) => ({ task_id: row.id, line: storable(line).slice(0, 2000) }))
        await trx.insertInto('task_log').values(rows).execute()
      }
      if (!progress) return []
      await trx
        .updateTable('task')
        .set({ progress: json(progress) })
        .where('id', '=', row.id)
        .execute()
      return tell ? [taskChange(row, 'progress', { details: { progress }, words: progress.words ?? 'goes on' })] : []
    })
  }

  #setStep(trx: Transaction<Tables>, step: Step, values: StepValues): Promise<unknown> {
    return trx
      .updateTable('task_step')
      .set(values)
      .where('task_id', '=', this.#lease.id)
      .where('index', '=', step.index)
      .execute()
  }

  #stepChange(row: Row<'task'>, step: Step, state: string, words: string, error?: TaskErrorJson): NewChange {
    const details = { step: step.index, stepName: step.name, stepState: state, ...(error && { error }) }
    return taskChange(row, 'step', { details, words: `${step.name} ${words}` })
  }

  async #fenced(write: Write): Promise<void> {
    const { kysely, clock } = this.#services
    for (let tries = 0; ; tries++) {
      this.#lease.check()
      const asked = clock.monotonic()
      try {
        await kysely.transaction().execute((trx) => this.#attempt(trx, write))
        this.#lease.renewed(asked)
        return
      } catch (error) {
        this.#lease.check()
        if (isRefusedForGood(error)) throw error
        await clock.sleep(Math.min(50 * 2 ** tries, 1000), this.#lease.signal).catch(() => {})
      }
    }
  }

  async #attempt(trx: Transaction<Tables>, write: Write): Promise<void> {
    const { id, epoch } = this.#lease
    const row = await trx
      .updateTable('task')
      .set({ lease_until: sql<Date>`clock_timestamp() + ${this.#services.leaseMs} * interval '1 ms'` })
      .where('id', '=', id)
      .where('epoch', '=', epoch)
      .where('lease_holder', 'is not', null)
      .where('ended_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!row) this.#lease.lose('another controller took it over')
    this.#lease.check()
    await appendChanges(trx, await write(trx, row!))
  }
}

type StepValues = UpdateObject<Tables, 'task_step'>
