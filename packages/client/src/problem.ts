import type { ProblemDocument } from './types.gen.ts'

/** A refusal of the API (RFC 9457): `message` is its sentence with the remedy, `code` is stable. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly code: string
  readonly status: number
  /** The same sentence as `message`. */
  readonly title: string
  /** What else is known, as the document has it. */
  readonly detail: string | undefined
  /** Which fields were not accepted, and why. */
  readonly errors: readonly { readonly field: string; readonly why: string }[]
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined

  constructor(document: ProblemDocument, retryAfter?: number) {
    super(document.title)
    this.code = document.code
    this.status = document.status
    this.title = document.title
    this.detail = document.detail
    this.errors = document.errors ?? []
    this.retryAfter = retryAfter
  }
}

export const isApiProblem = (error: unknown): error is ApiProblem => error instanceof ApiProblem

/** No answer at all: the address does not exist, nothing listens there, or it was silent for too long. */
export class NotReachable extends Error {
  override readonly name = 'NotReachable'
  readonly url: string

  constructor(url: string, why: string, cause?: unknown) {
    super(`${url} does not answer: ${why}.`, cause === undefined ? {} : { cause })
    this.url = url
  }
}

export const isNotReachable = (error: unknown): error is NotReachable => error instanceof NotReachable
