import type { TaskDetail } from './resources.ts'

export type Step = TaskDetail['journal'][number]

/** Steps of a task as people need them: those that did nothing stand apart. */
export const sortSteps = (
  journal: readonly Step[],
): { readonly steps: readonly Step[]; readonly skipped: readonly Step[] } => ({
  steps: journal.filter((step) => step.state !== 'skipped'),
  skipped: journal.filter((step) => step.state === 'skipped'),
})

/** "make its disks" as the beginning of a line. */
export const stepTitle = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
