import type { Milliseconds } from '../base/units.ts'
import type { Step } from './task.ts'

/** How often this step was tried again already, by why. */
export type Tally = { readonly retries: number; readonly breaks: number }

export type Again = { readonly why: keyof Tally; readonly delayMs: Milliseconds }

/** In 7.5 s of pauses; each attempt waits for the connection besides. */
const breaksAtMost = 4
const breakDelayMs = 500

/** What follows when an attempt of a step failed: it is tried again after a pause, or (undefined) the task is undone.
 *  Tried again is what the step itself says, and a call in whose middle the connection broke: whether it took effect is
 *  asked first (`done`), or does not matter (`repeatable`). */
export function afterFailure(
  step: Pick<Step<never, never>, 'done' | 'repeatable' | 'retry'>,
  tally: Tally,
  failure: { readonly error: unknown; readonly isBreak: boolean },
): Again | undefined {
  const { retry } = step
  if (retry && tally.retries < retry.times && retry.when(failure.error)) {
    return { why: 'retries', delayMs: retry.delayMs }
  }
  const mayRepeat = step.done !== undefined || step.repeatable === true
  if (!failure.isBreak || !mayRepeat || tally.breaks >= breaksAtMost) return undefined
  return { why: 'breaks', delayMs: breakDelayMs * 2 ** tally.breaks }
}

/** The line of the task's log about a broken connection; `why` is a sentence. */
export const breakWords = (
  step: string,
  { why, delayMs }: { readonly why: string; readonly delayMs: number },
): string => `The connection broke in the middle of "${step}": ${why} It is taken up again in ${delayMs / 1000} s.`
