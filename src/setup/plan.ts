import { setupError } from './errors.ts'

/** The steps of "floe up" that the program does, in their order. The shell entry decides the plan from what it found,
 *  prints it, does what comes before these, and hands the same list on. */
export const programSteps = ['libvirt', 'database', 'sample-parts', 'floe', 'host', 'sample-vm', 'password'] as const
export type ProgramStep = (typeof programSteps)[number]

/** The shell entry's own, all of them before the program's. */
export const entrySteps = ['packages', 'user', 'group', 'kvm', 'node', 'build'] as const

export type PlannedStep = { readonly step: ProgramStep; readonly number: number }
export type Plan = { readonly steps: readonly PlannedStep[]; readonly total: number }

/** The plan as the entry wrote it: the names of its steps. Errors: `plan_wrong`. */
export function parsePlan(text: string): Plan {
  const names = text.split(' ').filter(Boolean)
  const steps = names.flatMap((name, index): PlannedStep[] => {
    if ((entrySteps as readonly string[]).includes(name)) return []
    const step = programSteps.find((known) => known === name)
    if (step === undefined) throw setupError('plan_wrong', { step: name })
    return [{ step, number: index + 1 }]
  })
  return { steps, total: names.length }
}

export const hasStep = (plan: Plan, wanted: ProgramStep): boolean => plan.steps.some(({ step }) => step === wanted)
