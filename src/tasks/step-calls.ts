import type { Row } from '../db/tables.ts'
import { EngineStopping, type Holding, type RunOptions, type StepRow } from './holding.ts'
import { taskError } from './task-errors.ts'
import { TaskNotes } from './task-notes.ts'
import { killPointName, type Moment, type Step, type StepContext } from './task.ts'
import { withinDeadline } from './within-deadline.ts'

const defaultDeadlineMs = 120_000

/** Calls the code of one task's steps: with what the steps before have left, within a deadline, between its places. */
export class StepCalls<World> {
  readonly #holding: Holding<World>
  readonly #options: RunOptions<World>
  /** Of the steps that were done, by name; null for a step that is done without a result. */
  readonly #results: Record<string, unknown> = Object.create(null) as Record<string, unknown>

  constructor(holding: Holding<World>, options: RunOptions<World>) {
    this.#holding = holding
    this.#options = options
    for (const { name, state, result } of holding.steps)
      if (state === 'done' || result !== null) this.keep(name, result)
  }

  keep(step: string, result: unknown): void {
    this.#results[step] = result
  }

  kept(step: string): unknown {
    return this.#results[step]
  }

  find(name: string): Step<unknown, World> | undefined {
    return this.#holding.kind.steps.find((step) => step.name === name)
  }

  /** Runs `work` of a step with its context, within its deadline. One that does not stop when it is told to is left
   *  alone after the grace time, and the task's log says so. */
  async call<T>(
    at: StepRow,
    step: Step<unknown, World>,
    cancelled: AbortSignal | undefined,
    work: (cx: StepContext<unknown, World>) => Promise<T>,
  ): Promise<T> {
    const { lease, journal, stopping } = this.#holding
    const { clock, graceMs } = this.#options
    const deadlineMs = step.deadlineMs ?? defaultDeadlineMs
    const notes = new TaskNotes(journal, clock)
    lease.check()
    try {
      return await withinDeadline((signal) => work(this.#context(at, notes, signal)), {
        clock,
        deadlineMs,
        graceMs,
        late: () => taskError('step_deadline', { step: at.name, seconds: deadlineMs / 1000 }),
        left: () => notes.log(leftWords(at.name, graceMs / 1000)),
        signal: AbortSignal.any([lease.signal, stopping, ...(cancelled ? [cancelled] : [])]),
      })
    } finally {
      await notes.close().catch(() => {})
    }
  }

  checkEnding(): void {
    this.#holding.lease.check()
    if (this.#holding.isEnding()) throw new EngineStopping('This controller ends.')
  }

  async point(at: StepRow, undo: boolean, moment: Moment): Promise<void> {
    await this.#options.killPoint?.(killPointName(this.#holding.kind.name, at.name, undo, moment))
  }

  #context(at: StepRow, notes: TaskNotes, signal: AbortSignal): StepContext<unknown, World> {
    const { row, lease, steps } = this.#holding
    const results = this.#results
    const resultIfAny = (step: { readonly name: string }): unknown => results[step.name] ?? undefined
    const isLeftOut = (step: Step<never, never>): boolean =>
      step.when !== undefined && !steps.some(({ name }) => name === step.name)
    return {
      input: row.input,
      task: taskOf(row, lease.epoch),
      attempt: at.attempt,
      results: { ...results },
      resultOf: ((step) => {
        if (!Object.hasOwn(results, step.name) && !isLeftOut(step)) throw taskError('no_result', { step: step.name })
        return resultIfAny(step)
      }) as StepContext<unknown, World>['resultOf'],
      resultIfAny: resultIfAny as StepContext<unknown, World>['resultIfAny'],
      signal,
      progress: (progress) => notes.progress(progress),
      log: (line) => notes.log(line),
      world: this.#options.world,
    }
  }
}

const taskOf = (row: Row<'task'>, epoch: number): StepContext<unknown, unknown>['task'] => ({
  id: row.id,
  number: row.number,
  title: row.title,
  epoch,
  by: { name: row.by_name, ...(row.by_user !== null && { user: row.by_user }) },
})

const leftWords = (step: string, seconds: number): string =>
  `"${step}" did not stop when it was told to and was left alone after ${seconds} s. What it still does is not waited for.`
