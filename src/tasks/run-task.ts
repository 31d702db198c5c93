import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { json } from '../db/json.ts'
import type { JsonText, Row, TaskErrorJson } from '../db/tables.ts'
import { taskError, toErrorJson } from './task-errors.ts'
import type { TaskJournal } from './task-journal.ts'
import { LeaseLost, type TaskLease } from './task-lease.ts'
import { TaskNotes } from './task-notes.ts'
import { killPointName, type AnyTaskKind, type Moment, type Step, type StepContext } from './task.ts'
import { withinDeadline } from './within-deadline.ts'

export type RunOptions<World> = {
  readonly world: World
  readonly clock: Clock
  readonly killPoint?: ((name: string) => void | Promise<void>) | undefined
  /** How often a failed undo is tried, and the pause after the first failure; it doubles. */
  readonly undo: { readonly times: number; readonly delayMs: Milliseconds }
  readonly graceMs: Milliseconds
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

/** This engine ends: the step is left as it is, and the next holder takes it up. */
export class EngineStopping extends Error {
  override readonly name = 'EngineStopping'
}

const defaultDeadlineMs = 120_000
/** So often a step is taken up again after its controller ended in the middle of it, in case it is what ends them. */
const cutOffAtMost = 10

/** Runs or undoes one claimed task to its end, or until the lease or the engine ends. Throws only when the journal
 *  itself refuses; the lease then runs out and another engine tries. */
export async function runTask<World>(holding: Holding<World>, options: RunOptions<World>): Promise<void> {
  const run = new TaskRun(holding, options)
  try {
    await run.toEnd()
  } catch (error) {
    if (error instanceof LeaseLost) return
    if (!(error instanceof EngineStopping)) throw error
    await holding.journal.giveBack().catch(ignoreLost)
  }
}

function ignoreLost(error: unknown): void {
  if (!(error instanceof LeaseLost)) throw error
}

const isStop = (error: unknown): boolean => error instanceof LeaseLost || error instanceof EngineStopping

class TaskRun<World> {
  readonly #holding: Holding<World>
  readonly #options: RunOptions<World>
  readonly #steps: StepRow[]
  /** Of the steps that were done, by name; null for a step that is done without a result. */
  readonly #results: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  /** The step that the journal has as begun already, by the write that ended the one before. */
  #begunAhead: StepRow | undefined

  constructor(holding: Holding<World>, options: RunOptions<World>) {
    this.#holding = holding
    this.#options = options
    this.#steps = holding.steps.map(({ index, name, state, attempt }) => ({ index, name, state, attempt }))
    for (const { name, state, result } of holding.steps)
      if (state === 'done' || result !== null) this.#results[name] = result
  }

  async toEnd(): Promise<void> {
    const { row, journal } = this.#holding
    if (row.state === 'undoing') return this.#undoAll(row.error ?? toErrorJson(new Error('The task failed.')))
    let at: StepRow | undefined
    try {
      for (at of this.#steps) if (at.state !== 'done') await this.#do(at)
    } catch (error) {
      if (isStop(error)) throw error
      const why = toErrorJson(error, at?.name)
      await journal.startUndo(why, at?.state === 'doing' ? at : undefined)
      return this.#undoAll(why)
    }
    const last = this.#steps.at(-1)
    await journal.end('done', last ? { result: json(this.#results[last.name]) } : {})
  }

  async #do(at: StepRow): Promise<void> {
    const { journal, kind } = this.#holding
    let begun = this.#begunAhead === at
    let mayBeThere = at.state === 'doing' && !begun
    for (let failures = 0; ;) {
      this.#checkEnding()
      const attempt = begun ? at.attempt : at.attempt + 1
      if (!begun) {
        await this.#point(at, false, 'before-journal')
        if (!(await journal.stepBegins(at, 'doing', attempt, true))) throw taskError('task_cancelled')
        Object.assign(at, { state: 'doing', attempt })
      }
      begun = false
      const step = kind.steps.find(({ name }) => name === at.name)
      if (!step) throw taskError('step_unknown', { step: at.name, task: kind.name })
      if (attempt - failures > cutOffAtMost) throw taskError('step_cut_off', { step: at.name, attempts: attempt - 1 })
      await this.#point(at, false, 'before-effect')
      const outcome = await this.#attempt(at, step, mayBeThere)
      if ('result' in outcome) {
        await this.#point(at, false, 'after-effect')
        await this.#done(at, outcome.result)
        return this.#point(at, false, 'after-journal')
      }
      if (!step.retry || failures >= step.retry.times || !step.retry.when(outcome.error)) throw outcome.error
      failures++
      mayBeThere = true
      await journal.stepFailed(at, toErrorJson(outcome.error, at.name), 'doing')
      await this.#pause(step.retry.delayMs)
    }
  }

  /** One write ends a step and begins the next: a task of n steps waits for the disk n + 1 times instead of 2 n. */
  async #done(at: StepRow, result: JsonText): Promise<void> {
    const { journal, isEnding } = this.#holding
    const following = this.#steps[this.#steps.indexOf(at) + 1]
    const next = following?.state === 'waiting' && !isEnding() ? following : undefined
    if (next) await this.#point(next, false, 'before-journal')
    const began = await journal.stepDone(at, result, next && { ...next, attempt: next.attempt + 1 })
    at.state = 'done'
    this.#results[at.name] = JSON.parse(result)
    this.#begunAhead = began ? next : undefined
    if (next && began) Object.assign(next, { state: 'doing', attempt: next.attempt + 1 })
  }

  /** The effect, or the proof that it is there; an error is an outcome, except the end of the lease or the engine. */
  async #attempt(
    at: StepRow,
    step: Step<unknown, World>,
    mayBeThere: boolean,
  ): Promise<{ result: JsonText } | { error: unknown }> {
    const { cancelled } = this.#holding
    try {
      const result = await this.#call(at, step, cancelled, async (cx) => {
        const found = mayBeThere ? await step.done?.(cx) : undefined
        if (found === undefined || found === false) return step.do(cx)
        return found === true ? undefined : found
      })
      return { result: json(result) }
    } catch (error) {
      if (isStop(error) || cancelled.aborted) throw isStop(error) ? error : taskError('task_cancelled')
      return { error }
    }
  }

  /** Takes back, last first, what was done or may have been. */
  async #undoAll(why: TaskErrorJson): Promise<void> {
    const { journal, kind } = this.#holding
    let undone = this.#steps.some(({ state }) => state === 'undone')
    for (const at of this.#steps.toReversed()) {
      if (at.state !== 'doing' && at.state !== 'done' && at.state !== 'undoing') continue
      const step = kind.steps.find(({ name }) => name === at.name)
      if (!step?.undo) {
        if (at.state === 'doing') await journal.stepFailed(at, why, 'failed')
        continue
      }
      if (!(await this.#undo(at, step, why))) return
      undone = true
    }
    await journal.end(why.code === 'task_cancelled' ? 'cancelled' : undone ? 'undone' : 'failed', { error: why })
  }

  async #undo(at: StepRow, step: Step<unknown, World>, why: TaskErrorJson): Promise<boolean> {
    const { journal } = this.#holding
    this.#checkEnding()
    await this.#point(at, true, 'before-journal')
    await journal.stepBegins(at, 'undoing', at.attempt, false)
    at.state = 'undoing'
    await this.#point(at, true, 'before-effect')
    try {
      await this.#call(at, step, undefined, (cx) => step.undo!(cx))
    } catch (error) {
      if (isStop(error)) throw error
      await this.#undoFailed(at, why, toErrorJson(error, at.name))
      return false
    }
    await this.#point(at, true, 'after-effect')
    await journal.stepUndone(at)
    at.state = 'undone'
    await this.#point(at, true, 'after-journal')
    return true
  }

  async #undoFailed(at: StepRow, why: TaskErrorJson, error: TaskErrorJson): Promise<void> {
    const { journal, row, kind } = this.#holding
    const { times, delayMs } = this.#options.undo
    const failures = row.undo_attempts + 1
    if (failures < times) return journal.undoFailed(at, error, delayMs * 2 ** (failures - 1))
    const left = this.#steps.filter(({ index, state, name }) => {
      const open = state === 'done' || state === 'doing' || state === 'undoing'
      return index <= at.index && open && kind.steps.some((step) => step.name === name && step.undo)
    })
    const undo = { code: error.code, message: error.message, step: at.name }
    await journal.stepFailed(at, error, 'failed')
    await journal.end('failed', { error: { ...why, undo, left: left.map(({ name }) => name) } })
  }

  async #call<T>(
    at: StepRow,
    step: Step<unknown, World>,
    cancelled: AbortSignal | undefined,
    work: (cx: StepContext<unknown, World>) => Promise<T>,
  ): Promise<T> {
    const { lease, journal, stopping } = this.#holding
    const { clock, graceMs } = this.#options
    const deadlineMs = step.deadlineMs ?? defaultDeadlineMs
    const late = (): Error => taskError('step_deadline', { step: at.name, seconds: deadlineMs / 1000 })
    const signal = AbortSignal.any([lease.signal, stopping, ...(cancelled ? [cancelled] : [])])
    const notes = new TaskNotes(journal, clock)
    lease.check()
    try {
      return await withinDeadline((signal) => work(this.#context(at, notes, signal)), {
        clock,
        deadlineMs,
        graceMs,
        late,
        signal,
      })
    } finally {
      await notes.close().catch(() => {})
    }
  }

  #context(at: StepRow, notes: TaskNotes, signal: AbortSignal): StepContext<unknown, World> {
    const { row, lease } = this.#holding
    const results = this.#results
    const resultIfAny = (step: { readonly name: string }): unknown => results[step.name] ?? undefined
    return {
      input: row.input,
      task: {
        id: row.id,
        number: row.number,
        title: row.title,
        epoch: lease.epoch,
        by: { name: row.by_name, ...(row.by_user !== null && { user: row.by_user }) },
      },
      attempt: at.attempt,
      results: { ...results },
      resultOf: ((step) => {
        if (!Object.hasOwn(results, step.name)) throw taskError('no_result', { step: step.name })
        return resultIfAny(step)
      }) as StepContext<unknown, World>['resultOf'],
      resultIfAny: resultIfAny as StepContext<unknown, World>['resultIfAny'],
      signal,
      progress: (progress) => notes.progress(progress),
      log: (line) => notes.log(line),
      world: this.#options.world,
    }
  }

  async #pause(ms: Milliseconds): Promise<void> {
    const { lease, cancelled, stopping } = this.#holding
    const signal = AbortSignal.any([lease.signal, cancelled, stopping])
    await this.#options.clock.sleep(ms, signal).catch(() => {})
    if (signal.aborted) throw cancelled.aborted ? taskError('task_cancelled') : signal.reason
  }

  #checkEnding(): void {
    this.#holding.lease.check()
    if (this.#holding.isEnding()) throw new EngineStopping('This controller ends.')
  }

  async #point(at: StepRow, undo: boolean, moment: Moment): Promise<void> {
    await this.#options.killPoint?.(killPointName(this.#holding.kind.name, at.name, undo, moment))
  }
}

type StepRow = Pick<Row<'task_step'>, 'index' | 'name' | 'state' | 'attempt'>
