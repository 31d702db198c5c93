import { isApiProblem, isNotReachable } from '@floe/client'

import { Interrupted } from './io.ts'

/** What the shell gets. Part of the interface: scripts tell these apart. */
export const exitCode = { ok: 0, failed: 1, usage: 2, notReachable: 3, notLoggedIn: 4, interrupted: 130 } as const

/** The same for people: the help and the reference print it. */
export const exitWords: readonly (readonly [code: number, words: string])[] = [
  [exitCode.ok, 'done'],
  [exitCode.failed, 'refused or failed'],
  [exitCode.usage, 'not understood'],
  [exitCode.notReachable, 'Floe is not reachable'],
  [exitCode.notLoggedIn, 'not logged in'],
  [exitCode.interrupted, 'ended by Ctrl-C'],
]

/** An end of a run with a sentence of its own. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exit: number

  constructor(exit: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.exit = exit
  }
}

const loginCodes = ['not_logged_in', 'must_change_password']

export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exit
  if (error instanceof Interrupted) return exitCode.interrupted
  if (isNotReachable(error)) return exitCode.notReachable
  if (isApiProblem(error) && loginCodes.includes(error.code)) return exitCode.notLoggedIn
  // What the API finds wrong with a value is a slip of the one who typed it.
  if (isApiProblem(error) && error.code === 'not_valid') return exitCode.usage
  return exitCode.failed
}
