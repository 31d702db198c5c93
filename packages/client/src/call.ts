import { anySignal, type Connection, type ResponseLike } from './connection.ts'
import type { AnswerShape, Operation } from './operation.ts'
import { ApiProblem, NotReachable } from './problem.ts'
import type { ProblemDocument } from './types.gen.ts'

export type CallInput = {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, string | number | boolean | null | undefined>>
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** The same key with the same request does it once, however often it is sent. */
  readonly idempotencyKey?: string
}

/** Makes one call and answers its body. Throws `ApiProblem`, `NotReachable`, or the signal's reason. */
export async function call(connection: Connection, operation: Operation, input: CallInput = {}): Promise<unknown> {
  const deadline = AbortSignal.timeout(connection.timeoutMs)
  const signal = anySignal(connection.signal, input.signal, deadline)
  const url = connection.baseUrl + pathFor(operation, input)
  return unlessAway(connection, url, signal, deadline, async () => {
    const response = await connection.fetch(url, {
      method: operation.method,
      headers: headersFor(connection, operation, input),
      ...(input.body !== undefined && { body: JSON.stringify(input.body) }),
      signal,
      credentials: 'same-origin',
    })
    const shape = operation.answers[String(response.status)]
    if (shape === undefined) throw await problemOf(url, response)
    return readers[shape](url, response)
  })
}

const readers: Readonly<Record<AnswerShape, (url: string, response: ResponseLike) => Promise<unknown>>> = {
  nothing: async (_, response) => void (await response.arrayBuffer()),
  bytes: async (_, response) =>
    new Blob([await response.arrayBuffer()], { type: response.headers.get('content-type') ?? '' }),
  text: (_, response) => response.text(),
  stream: (_, response) => response.text(),
  json: readJson,
}

/** Tells "no answer" apart from a refusal and from the caller's own cancelling. */
export async function unlessAway<T>(
  connection: Connection,
  url: string,
  signal: AbortSignal,
  deadline: AbortSignal | undefined,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof ApiProblem || error instanceof NotReachable) throw error
    if (deadline?.aborted && signal.reason === deadline.reason) {
      throw new NotReachable(placeOf(connection, url), `no answer within ${connection.timeoutMs / 1000} s`, error)
    }
    if (signal.aborted) throw signal.reason
    throw new NotReachable(placeOf(connection, url), reasonOf(error), error)
  }
}

const placeOf = (connection: Connection, url: string): string => connection.baseUrl || url

/** `fetch` says only "fetch failed"; what failed stands in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause
  if (cause instanceof Error) return cause.message || ((cause as { code?: string }).code ?? error.message)
  return error.message || ((error as { code?: string }).code ?? error.name)
}

export function headersFor(connection: Connection, operation: Operation, input: CallInput): Record<string, string> {
  const changes = operation.method !== 'GET'
  return {
    accept: 'application/json, application/problem+json;q=0.9, */*;q=0.1',
    ...(input.body !== undefined && { 'content-type': 'application/json' }),
    ...(connection.token !== undefined && { authorization: `Bearer ${connection.token}` }),
    ...(changes && connection.csrf !== undefined && { 'x-floe-csrf': connection.csrf }),
    ...(input.idempotencyKey !== undefined && { 'idempotency-key': input.idempotencyKey }),
  }
}

export function pathFor(operation: Operation, input: CallInput): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = input.params?.[name]
    const text = typeof value === 'number' || typeof value === 'string' ? String(value) : ''
    // A dot segment would be resolved away and the call would reach another operation.
    if (text === '' || text === '.' || text === '..') throw noSuch(name, text)
    return encodeURIComponent(text)
  })
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== null) query.set(name, String(value))
  }
  return query.size > 0 ? `${path}?${query.toString()}` : path
}

const noSuch = (kind: string, name: string): ApiProblem =>
  new ApiProblem({
    type: '/errors/not_found',
    code: 'not_found',
    status: 404,
    title: `There is no ${kind} ${name === '' ? 'without a name' : name}. Give its name or id.`,
  })

async function readJson(url: string, response: ResponseLike): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw notFloe(url, response.status, cause)
  }
}

/** The refusal that an answer carries; what is no problem document comes from something between us and Floe. */
export async function problemOf(url: string, response: ResponseLike): Promise<ApiProblem> {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(after) ? after : undefined
  try {
    const document = JSON.parse(await response.text()) as Partial<ProblemDocument>
    if (typeof document.code === 'string' && typeof document.title === 'string') {
      return new ApiProblem({ ...document, status: response.status } as ProblemDocument, retryAfter)
    }
  } catch {
    // Not JSON: told below, with the status.
  }
  return notFloe(url, response.status)
}

function notFloe(url: string, status: number, cause?: unknown): ApiProblem {
  const problem = new ApiProblem({
    type: '/errors/not_floe',
    code: 'not_floe',
    status,
    title: `${url} answered ${status} with something that is not Floe's. Is another program, or a proxy, at this address?`,
  })
  problem.cause = cause
  return problem
}
