import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { Compile } from 'typebox/compile'

import type { Route } from '../../api/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { Known } from '../auth/auth.ts'
import { Reply, type Call, type CallRequest, type Handler } from './handler.ts'
import { keyedRequest, unlessBegun } from './keyed.ts'
import type { Entrance } from './origin.ts'
import { successOf } from './route-table.ts'
import { validatorOf } from './validate.ts'

export type Answering = {
  readonly db: { readonly kysely: Kysely<Tables> }
  readonly checkAnswers: boolean
  /** What the earlier hooks found out about a request. */
  readonly known: (request: FastifyRequest) => Known
  readonly entrance: (request: FastifyRequest) => Entrance
}

/** The code that answers one route: validates, runs its handler, sends what it gives. */
export function answerCall(
  handler: Handler,
  using: Answering,
): (request: FastifyRequest, reply: FastifyReply) => unknown {
  const { route } = handler
  const validate = validatorOf(route)
  const success = successOf(route)
  const check = using.checkAnswers ? answerCheck(route) : undefined
  // Only what begins a task needs its key: a user's name is taken the second time, and a ticket more harms nobody.
  const keyed = route.method !== 'GET' && success === 202

  return async (request, reply) => {
    const parts = validate({ params: request.params, query: request.query, body: request.body })
    const known = using.known(request)
    const key = request.headers['idempotency-key']
    const asked =
      keyed && typeof key === 'string'
        ? keyedRequest(key, [request.method, request.url, parts.body ?? null])
        : undefined
    const by = asked ? { ...known.caller, request: asked } : known.caller
    const call = {
      ...parts,
      by,
      signal: goneSignal(reply),
      request: callRequest(request, using.entrance(request), known),
    } as Call<Route>
    const run = async (): Promise<Reply<unknown>> => {
      const answer = await handler.run(call)
      return answer instanceof Reply ? (answer as Reply<unknown>) : new Reply(success, answer)
    }
    const answer = await unlessBegun(using.db.kysely, by, run)
    if (answer.stream === undefined) check?.(answer)
    return send(reply, route, answer)
  }
}

async function send(reply: FastifyReply, route: Route, answer: Reply<unknown>): Promise<unknown> {
  if (answer.stream !== undefined) {
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    await answer.stream(reply.raw)
    return reply
  }
  const media = mediaOf(route.answers[answer.status])
  void reply.code(answer.status)
  if (media !== undefined) void reply.type(media)
  void reply.headers(answer.headers)
  if (answer.status === 204) return reply.send()
  // An answer that is a bare string or null is JSON too, unless the schema says what else it is.
  if (media === undefined && !Buffer.isBuffer(answer.body)) {
    return reply.type('application/json; charset=utf-8').send(JSON.stringify(answer.body ?? null))
  }
  return reply.send(answer.body)
}

const mediaOf = (schema: object | undefined): string | undefined =>
  schema && 'contentMediaType' in schema ? String(schema.contentMediaType) : undefined

/** Aborted when the client went away before it had its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const { raw } = reply
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort(new Error('The client has gone.'))
  })
  return gone.signal
}

function callRequest(request: FastifyRequest, entrance: Entrance, known: Known): CallRequest {
  const last = request.headers['last-event-id']
  return {
    id: request.id,
    via: entrance.via,
    address: entrance.via === 'tcp' ? (request.raw.socket.remoteAddress ?? '') : '',
    secure: entrance.via === 'tcp' && entrance.secure,
    agent: (request.headers['user-agent'] ?? '').slice(0, 200),
    lastEventId: typeof last === 'string' ? last : undefined,
    token: known.token,
  }
}

function answerCheck(route: Route): (answer: Reply<unknown>) => void {
  const validators = new Map(
    Object.entries(route.answers).map(([status, schema]) => [Number(status), Compile(schema)] as const),
  )
  return ({ status, body }) => {
    const validator = validators.get(status)
    if (validator === undefined) throw new Error(`${route.id} answered ${status}, which its table does not list.`)
    if (Buffer.isBuffer(body) || status === 204) return
    // As the client will see it: dates as text, undefined left out.
    const sent: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body))
    if (!validator.Check(sent)) {
      throw new Error(`${route.id} answered ${status} against its schema: ${JSON.stringify(validator.Errors(sent))}`)
    }
  }
}
