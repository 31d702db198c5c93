import { createClient, isApiProblem, isNotReachable } from '@floe/client'

/** The one client of this tab. It keeps the session's CSRF token in memory and sends it with every change. */
export const client = createClient({ baseUrl: location.origin })

/** The HTTP status of a refusal; 0 when nobody answered. */
export const statusOf = (error: unknown): number => (isApiProblem(error) ? error.status : 0)

export const codeOf = (error: unknown): string => (isApiProblem(error) ? error.code : '')

/** What went wrong as a sentence: the API's own, or that nobody answered. */
export const sentenceOf = (error: unknown): string => {
  if (isApiProblem(error)) return error.title
  if (isNotReachable(error)) return 'Floe does not answer.'
  return error instanceof Error ? error.message : String(error)
}

/** What came of something that was asked for: what was not done and why; nobody knows it while Floe does not answer. */
export const outcomeOf = (error: unknown, notDone: string): { readonly title: string; readonly more: string } =>
  isNotReachable(error)
    ? { title: 'Floe does not answer.', more: 'Whether it was done shows when it does.' }
    : { title: notDone, more: sentenceOf(error) }

/** What the API says about one field of a form, or about a part of it: `tags.1` is of `tags`. */
export const fieldProblem = (error: unknown, field: string): string | undefined =>
  isApiProblem(error)
    ? error.errors.find((entry) => entry.field === field || entry.field.startsWith(`${field}.`))?.why
    : undefined
