import { messageOf } from '../base/errors.ts'
import { json } from '../db/json.ts'
import type { JsonText, TaskErrorJson } from '../db/tables.ts'
import { afterFailure, breakWords, type Again } from './after-failure.ts'
import { EngineStopping, isStop, type Holding, type RunOptions, type StepRow } from './holding.ts'
import { StepCalls } from './step-calls.ts'
import { taskError, toErrorJson } from './task-errors.ts'
import { LeaseLost } from './task-lease.ts'
import type { Step } from './task.ts'
import { undoTask } from './undo-task.ts'

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

type Outcome = { readonly result: JsonText } | { readonly error: unknown }

class TaskRun<World> {
  readonly #holding: Holding<World>
  readonly #options: RunOptions<World>
  readonly #calls: StepCalls<World>
  readonly #steps: StepRow[]
  /** The step that the journal has as begun already, by the write that ended the one before. */
  #begunAhead: StepRow | undefined

  constructor(holding: Holding<World>, options: RunOptions<World>) {
    this.#holding = holding
    this.#options = options
    this.#calls = new StepCalls(holding, options)
    this.#steps = holding.steps.map(({ index, name, state, attempt }) => ({ index, name, state, attempt }))
  }

  async toEnd(): Promise<void> {
    const { row, journal } = this.#holding
    if (row.state === 'undoing') return this.#undo(row.error ?? toErrorJson(new Error('The task failed.')))
    let at: StepRow | undefined
    try {
      for (at of this.#steps) if (at.state !== 'done') await this.#do(at)
    } catch (error) {
      if (isStop(error)) throw error
      const why = toErrorJson(error, at?.name)
      await journal.startUndo(why, at?.state === 'doing' ? at : undefined)
      return this.#undo(why)
    }
    const last = this.#steps.at(-1)
    await journal.end('done', last ? { result: json(this.#calls.kept(last.name)) } : {})
  }

  #undo(why: TaskErrorJson): Promise<void> {
    const [holding, options, calls, steps] = [this.#holding, this.#options, this.#calls, this.#steps]
    return undoTask({ holding, options, calls, steps, why })
  }

  async #do(at: StepRow): Promise<void> {
    const calls = this.#calls
    const begunAhead = this.#begunAhead === at
    let mayBeThere = at.state === 'doing' && !begunAhead
    for (let tally = { retries: 0, breaks: 0 }, begun = begunAhead; ; begun = false) {
      calls.checkEnding()
      if (!begun) await this.#begin(at)
      const step = calls.find(at.name)
      if (!step) throw taskError('step_unknown', { step: at.name, task: this.#holding.kind.name })
      const cutOff = at.attempt - tally.retries - tally.breaks > cutOffAtMost
      if (cutOff) throw taskError('step_cut_off', { step: at.name, attempts: at.attempt - 1 })
      await calls.point(at, false, 'before-effect')
      const outcome = await this.#attempt(at, step, mayBeThere)
      if ('result' in outcome) {
        await calls.point(at, false, 'after-effect')
        await this.#done(at, outcome.result)
        return calls.point(at, false, 'after-journal')
      }
      const { error } = outcome
      const again = afterFailure(step, tally, { error, isBreak: this.#options.isBreak(error) })
      if (again === undefined) throw error
      await this.#wait(at, again, error)
      tally = { ...tally, [again.why]: tally[again.why] + 1 }
      mayBeThere = true
    }
  }

  async #begin(at: StepRow): Promise<void> {
    const attempt = at.attempt + 1
    await this.#calls.point(at, false, 'before-journal')
    if (!(await this.#holding.journal.stepBegins(at, 'doing', attempt, true))) throw taskError('task_cancelled')
    Object.assign(at, { state: 'doing', attempt })
  }

  /** One write ends a step and begins the next: a task of n steps waits for the disk n + 1 times instead of 2 n. */
  async #done(at: StepRow, result: JsonText): Promise<void> {
    const { journal, isEnding } = this.#holding
    const following = this.#steps[this.#steps.indexOf(at) + 1]
    const next = following?.state === 'waiting' && !isEnding() ? following : undefined
    if (next) await this.#calls.point(next, false, 'before-journal')
    const began = await journal.stepDone(at, result, next && { ...next, attempt: next.attempt + 1 })
    at.state = 'done'
    this.#calls.keep(at.name, JSON.parse(result))
    this.#begunAhead = began ? next : undefined
    if (next && began) Object.assign(next, { state: 'doing', attempt: next.attempt + 1 })
  }

  /** The effect, or the proof that it is there; an error is an outcome, except the end of the lease or the engine. */
  async #attempt(at: StepRow, step: Step<unknown, World>, mayBeThere: boolean): Promise<Outcome> {
    const { cancelled } = this.#holding
    try {
      const result = await this.#calls.call(at, step, cancelled, async (cx) => {
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

  /** The pause between two attempts. */
  async #wait(at: StepRow, { why, delayMs }: Again, error: unknown): Promise<void> {
    const { lease, cancelled, stopping, journal } = this.#holding
    await journal.stepFailed(at, toErrorJson(error, at.name), 'doing')
    if (why === 'breaks') {
      await journal.note(undefined, [breakWords(at.name, { why: messageOf(error), delayMs })], false)
    }
    const signal = AbortSignal.any([lease.signal, cancelled, stopping])
    await this.#options.clock.sleep(delayMs, signal).catch(() => {})
    if (signal.aborted) throw cancelled.aborted ? taskError('task_cancelled') : signal.reason
  }
}
