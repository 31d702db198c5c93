import type { TaskErrorJson } from '../db/tables.ts'
import { isStop, type Holding, type RunOptions, type StepRow } from './holding.ts'
import type { StepCalls } from './step-calls.ts'
import { toErrorJson } from './task-errors.ts'
import type { Step } from './task.ts'

export type Undoing<World> = {
  readonly holding: Holding<World>
  readonly options: RunOptions<World>
  readonly calls: StepCalls<World>
  readonly steps: readonly StepRow[]
  /** Why the task is undone. */
  readonly why: TaskErrorJson
}

/** Takes back, last first, what was done or may have been, and ends the task; or gives it back for a later try. */
export async function undoTask<World>(undoing: Undoing<World>): Promise<void> {
  const { holding, calls, steps, why } = undoing
  const { journal } = holding
  let undone = steps.some(({ state }) => state === 'undone')
  for (const at of steps.toReversed()) {
    if (!isOpen(at)) continue
    const step = calls.find(at.name)
    if (!step?.undo) {
      if (at.state === 'doing') await journal.stepFailed(at, why, 'failed')
      continue
    }
    if (!(await undoStep(undoing, at, step))) return
    undone = true
  }
  await journal.end(why.code === 'task_cancelled' ? 'cancelled' : undone ? 'undone' : 'failed', { error: why })
}

const isOpen = ({ state }: StepRow): boolean => state === 'doing' || state === 'done' || state === 'undoing'

async function undoStep<World>(undoing: Undoing<World>, at: StepRow, step: Step<unknown, World>): Promise<boolean> {
  const { calls } = undoing
  const { journal } = undoing.holding
  calls.checkEnding()
  await calls.point(at, true, 'before-journal')
  await journal.stepBegins(at, 'undoing', at.attempt, false)
  at.state = 'undoing'
  await calls.point(at, true, 'before-effect')
  try {
    await calls.call(at, step, undefined, (cx) => step.undo!(cx))
  } catch (error) {
    if (isStop(error)) throw error
    await undoFailed(undoing, at, toErrorJson(error, at.name))
    return false
  }
  await calls.point(at, true, 'after-effect')
  await journal.stepUndone(at)
  at.state = 'undone'
  await calls.point(at, true, 'after-journal')
  return true
}

async function undoFailed<World>(
  { holding, options, calls, steps, why }: Undoing<World>,
  at: StepRow,
  error: TaskErrorJson,
): Promise<void> {
  const { journal, row } = holding
  const { times, delayMs } = options.undo
  const failures = row.undo_attempts + 1
  if (failures < times) return journal.undoFailed(at, error, delayMs * 2 ** (failures - 1))
  const left = steps.filter((one) => one.index <= at.index && isOpen(one) && calls.find(one.name)?.undo)
  const undo = { code: error.code, message: error.message, step: at.name }
  await journal.stepFailed(at, error, 'failed')
  await journal.end('failed', { error: { ...why, undo, left: left.map(({ name }) => name) } })
}
