import type { IncomingMessage } from 'node:http'

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

import { errorPage } from './error-page.ts'
import { isPage } from './pages.ts'
import { refusalOf, toProblem } from './problem.ts'

export type Refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** Answers whatever was thrown: a problem document, or a page where a browser opened one. */
export const refuser =
  (log: Logger): Refuse =>
  (error, request, reply) => {
    const path = pathOf(request.raw)
    const refusal = refusalOf(error, { id: request.id, method: request.method, path })
    if (refusal.status >= 500) log.error({ request: request.id, code: refusal.code, err: error }, refusal.message)
    const problem = toProblem(refusal, request)
    void reply.code(problem.status).headers(problem.headers)
    if (isPage(request.method, path, request.headers.accept)) {
      const page = Buffer.from(errorPage(problem.body.title))
      return answer(request, reply.header('content-type', 'text/html; charset=utf-8'), page)
    }
    // Bytes, because Fastify adds a charset to text, and this media type has none.
    return answer(request, reply, Buffer.from(JSON.stringify(problem.body)))
  }

/** To HEAD as to GET, without the body. */
const answer = (request: FastifyRequest, reply: FastifyReply, body: Buffer): FastifyReply =>
  request.method === 'HEAD' ? reply.header('content-length', body.length).send() : reply.send(body)

/** Without the query, which may carry what no log should. */
export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0]!
