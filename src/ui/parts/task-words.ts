import { bytes } from '../data/format.ts'
import type { Task } from '../data/resources.ts'

/** How far a task is, 0 to 1; undefined when nobody knows. */
export const shareOf = (task: Task): number | undefined => {
  if (task.progress !== null && task.progress.total !== null && task.progress.total > 0)
    return task.progress.done / task.progress.total
  return task.steps.all > 1 ? task.steps.done / task.steps.all : undefined
}

/** What it does now: "Copying, 1.2 of 3.1 GiB", or the step's words. */
export const stepWords = (task: Task): string => {
  const { progress } = task
  if (task.state === 'waiting') return task.cause ?? 'waits for its turn'
  const step = progress?.words ?? task.step ?? ''
  if (progress === null || progress.unit !== 'bytes') return step
  const amount = progress.total === null ? bytes(progress.done) : `${bytes(progress.done)} of ${bytes(progress.total)}`
  return step === '' ? amount : `${step}, ${amount}`
}
