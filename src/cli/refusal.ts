import { isApiProblem, isNotReachable, type ApiProblem } from '@floe/client'

import type { Context } from './context.ts'
import { exitCode, exitCodeOf } from './exit.ts'
import { unreachable } from './link/open-client.ts'

/** What a run that ended with `error` says to a person: what happened, to what, and what to do. */
export function sentenceOf(context: Context, error: unknown): string {
  const target = context.chosen()
  if (isNotReachable(error)) return unreachable(error, target)
  if (!isApiProblem(error)) return error instanceof Error ? error.message : String(error)
  const lines = error.code === 'not_valid' ? faultsOf(error, context.fields) : [error.title]
  if (error.retryAfter !== undefined && error.status === 429 && !error.title.includes(String(error.retryAfter))) {
    lines.push(`Try again in ${error.retryAfter} s.`)
  }
  if (exitCodeOf(error) === exitCode.notLoggedIn && target?.kind === 'remote') {
    lines.push(`"floe login ${target.url}" does it.`)
  }
  return lines.join('\n')
}

/** A line for each value that the API did not accept, by the name that it has on this command line. */
function faultsOf({ title, errors }: ApiProblem, names: Context['fields']): string[] {
  if (errors.length === 0) return [title.replace(/^\w+/, (word) => nameOf(word, names))]
  return errors.map(({ field, why }) => `${nameOf(field, names)} ${why}.`)
}

/** `disks.0.sizeGiB` is what `--disk` said, whichever of them it was. */
function nameOf(field: string, names: Context['fields']): string {
  const [first = field] = field.split('.')
  return names[field.replaceAll(/\.\d+/g, '')] ?? names[first] ?? field
}
