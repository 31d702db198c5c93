import type { Plan, ProgramStep } from './plan.ts'

/** How a step went: what is said of it, and what the last words need. */
export type Outcome = { readonly words: string; readonly sample?: string; readonly password?: string }

/** One step: what is said before it is done, and its doing. */
export type Work = { readonly title: string; readonly run: () => Promise<Outcome> }

/** Does the plan's steps in their order, a line each with its number in the whole plan, and answers all that the
 *  steps gave. The first that fails ends it. */
export async function perform(
  plan: Plan,
  work: Readonly<Record<ProgramStep, Work>>,
  write: (text: string) => void,
): Promise<Omit<Outcome, 'words'>> {
  let given: Omit<Outcome, 'words'> = {}
  for (const { step, number } of plan.steps) {
    const { title, run } = work[step]
    write(`[${number}/${plan.total}] ${title} … `)
    try {
      const { words, ...more } = await run()
      write(`${words}\n`)
      given = { ...given, ...more }
    } catch (error) {
      write('failed\n')
      throw error
    }
  }
  return given
}
