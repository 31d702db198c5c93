import type { Change } from './resources.ts'

/** A list of changes, newest first, with one line a task: its latest. Its steps are on the task's own page. */
export const withoutSteps = (changes: readonly Change[]): readonly Change[] => {
  const seen = new Set<number>()
  return changes.filter((change) => {
    if (change.task === null || !change.kind.startsWith('task.')) return true
    if (seen.has(change.task)) return false
    seen.add(change.task)
    return true
  })
}
