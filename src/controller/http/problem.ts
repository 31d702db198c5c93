import { apiError } from '../../api/index.ts'
import { isFloeError, type FloeError } from '../../base/errors.ts'

export type Problem = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> & { readonly title: string }
}

/** An RFC 9457 document for whatever was thrown. Only refusals speak for themselves; everything else is `internal`. */
export function toProblem(error: FloeError, asked: Pick<Asked, 'id' | 'method'>): Problem {
  const { seconds } = error.details
  const errors = fieldsOf(error, asked.method)
  return {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      ...(typeof seconds === 'number' && error.status === 429 && { 'retry-after': String(Math.ceil(seconds)) }),
      ...(typeof error.details['allow'] === 'string' && { allow: error.details['allow'] }),
      ...(error.status === 503 && { 'retry-after': '2' }),
    },
    body: {
      type: `/errors/${error.code}`,
      // A refusal repeats the caller's own words, which may be long.
      title: error.message.length > 2000 ? `${error.message.slice(0, 2000)}…` : error.message,
      status: error.status,
      code: error.code,
      instance: `urn:floe:request:${asked.id}`,
      ...(errors && { errors }),
    },
  }
}

/** The fields that a refusal is about: as the request's check found them, or the one that a use case names. Only a
 *  request that changes something has a body to point into. */
function fieldsOf({ details, message }: FloeError, method: string): readonly unknown[] | undefined {
  const { errors, field, why } = details
  if (Array.isArray(errors)) return errors
  if (typeof field !== 'string') return undefined
  const pointer = `/${field.replaceAll('.', '/')}`
  return [{ field, ...(method !== 'GET' && { pointer }), why: typeof why === 'string' ? why : message }]
}

export type Asked = { readonly id: string; readonly method: string; readonly path: string }

/** The refusal that an error amounts to: its own, the database's state, a fault of the request, or `internal`. */
export function refusalOf(error: unknown, asked: Asked): FloeError {
  if (isFloeError(error)) return error
  const { code, syscall, message, status } = partsOf(error)
  if (code.startsWith('FST_ERR_CTP_BODY_TOO_LARGE')) return apiError('too_large', { limit: '1 MiB' }, error)
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return apiError('malformed', { ...asked, why: 'its content type is not application/json' }, error)
  }
  if (code === 'FST_ERR_BAD_URL') return apiError('bad_address', { path: asked.path.slice(0, 200) }, error)
  if (code.startsWith('FST_ERR_CTP_')) {
    return apiError('malformed', { ...asked, why: 'its length is not what it says' }, error)
  }
  // The pages' folder says 403 for what lies beside it.
  if (status >= 400 && status < 500) return apiError('no_route', { ...asked }, error)
  if (code === '53100') return apiError('disk_full', { what: 'the database' }, error)
  if (isDatabaseAway(code, syscall, message)) return apiError('database_away', {}, error)
  return apiError('internal', { request: asked.id }, error)
}

type Parts = { readonly code: string; readonly syscall: string; readonly message: string; readonly status: number }

function partsOf(error: unknown): Parts {
  const e = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    code: text(e['code']),
    syscall: text(e['syscall']),
    message: text(e['message']),
    status: Number(e['statusCode'] ?? 0),
  }
}

/** SQLSTATE class 08 (connection) and 57P (shutdown), the socket's own errors, and pg's sentences, which have no code. */
const isDatabaseAway = (code: string, syscall: string, message: string): boolean =>
  /^(08...|57P0[1-5]|53300)$/.test(code) ||
  (syscall === 'connect' && /^(ECONNREFUSED|ENOENT|ECONNRESET|ETIMEDOUT|EPIPE)$/.test(code)) ||
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
    message,
  )
