import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import type { Duplex } from 'node:stream'

import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'

import { apiError, type Route, type RouteName } from '../../api/index.ts'
import { MiB } from '../../base/units.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth, Known } from '../auth/auth.ts'
import { localCaller, nobody } from '../auth/caller.ts'
import type { Feed } from '../change/feed.ts'
import type { Consoles } from '../console/consoles.ts'
import { answerCall } from './answer-call.ts'
import { presentedBy } from './credentials.ts'
import { openEntrance, type ListenAt, type Open } from './entrances.ts'
import { checkAccess } from './guard.ts'
import type { Handler } from './handler.ts'
import type { Metrics } from './metrics.ts'
import { foreignPart, type Entrance } from './origin.ts'
import { ownHandlers } from './own-handlers.ts'
import { hasPages, isPage, servePages } from './pages.ts'
import { refusalOf, toProblem } from './problem.ts'
import { readJson } from './read-json.ts'
import { completeTable, urlOf } from './route-table.ts'
import { securityHeaders } from './security-headers.ts'

export type ServerOptions = {
  /** Of the nouns vm, host, pool, network, task and overview; account, change, console and health routes are added here. */
  readonly handlers: readonly Handler[]
  /** Routes that are not built yet: they answer no_route. Every other route must have exactly one handler. */
  readonly missing?: readonly RouteName[]
  readonly db: Pick<Db, 'kysely'>
  readonly auth: Auth
  readonly feed: Feed
  readonly consoles: Consoles
  readonly metrics: Metrics
  readonly log: Logger
  readonly copy: string
  readonly version: string
  /** Names under which browsers may call besides the listening address and loopback: `floe.example` or with `:port`. */
  readonly addresses: readonly string[]
  /** The built pages. */
  readonly uiDir?: string
  /** What /readyz says; throws or answers why it cannot serve. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly why?: string }>
  /** Checks every answer against its schema, for tests. */
  readonly checkAnswers?: boolean
}

export interface FloeServer extends AsyncDisposable {
  /** Plain HTTP only on loopback. Answers the bound address: `unix:/path`, `http://127.0.0.1:7070`. */
  listen(at: ListenAt): Promise<string>
  /** Stops accepting, disposes feed and consoles (which tells their clients; a second time does nothing) and waits for
   *  answers under way, 5 s at most. */
  close(): Promise<void>
}

/** What is known about a request besides what it says. */
type Seen = { entrance: Entrance; known: Known; route?: Route }

const graceMs = 5000

/** The HTTP side of Floe. Refuses to start when a route has no handler or two, naming it. */
export async function createServer(options: ServerOptions): Promise<FloeServer> {
  const { auth, feed, consoles, metrics, log } = options
  const own = ownHandlers(options)
  const all = [...options.handlers, ...auth.handlers, ...feed.handlers, ...consoles.handlers, ...own]
  const table = completeTable(all, options.missing ?? [])

  const seen = new WeakMap<IncomingMessage, Seen>()
  const seenOf = (request: FastifyRequest): Seen => seen.get(request.raw)!
  const app = fastify({
    logger: false,
    bodyLimit: MiB,
    genReqId: () => randomBytes(8).toString('hex'),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 2048, ignoreDuplicateSlashes: false },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  })

  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalOf(error, { id: request.id, method: request.method, path: pathOf(request.raw) })
    if (refusal.status >= 500) log.error({ request: request.id, code: refusal.code, err: error }, refusal.message)
    const problem = toProblem(refusal, request.id)
    // Bytes, because Fastify adds a charset to text, and this media type has none.
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .send(Buffer.from(JSON.stringify(problem.body)))
  }
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply))

  app.addHook('onRequest', async (request, reply) => {
    const { entrance } = seenOf(request)
    const path = pathOf(request.raw)
    const secure = entrance.via === 'tcp' && entrance.secure
    void reply.headers({ ...securityHeaders(secure), 'x-request-id': request.id })
    if (path.startsWith('/api/')) void reply.header('cache-control', 'no-store')
    refuseForeign(request.raw, entrance, options, !path.startsWith('/api/'))
  })
  app.addHook('onResponse', async (request, reply) => {
    const { known, route } = seenOf(request)
    const id = route?.id ?? 'page'
    const ms = Math.round(reply.elapsedTime)
    if (!isStream(route)) metrics.answered(id, reply.statusCode, ms / 1000)
    const entry = {
      request: request.id,
      route: id,
      status: reply.statusCode,
      ms,
      by: known.caller.name,
      from: request.raw.socket.remoteAddress,
    }
    // Reading is most of what happens and tells little.
    const quiet = reply.statusCode < 400 && request.method === 'GET'
    log[quiet ? 'debug' : 'info'](entry, 'answered')
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJson(body, { method: request.method, path: pathOf(request.raw) }),
  )

  const using = {
    db: options.db,
    checkAnswers: options.checkAnswers ?? false,
    known: (request: FastifyRequest) => seenOf(request).known,
    entrance: (request: FastifyRequest) => seenOf(request).entrance,
  }
  for (const handler of table) {
    const { route } = handler
    app.route({
      method: route.method,
      url: urlOf(route),
      // Before the body is read.
      onRequest: async (request) => {
        const at = seenOf(request)
        at.route = route
        at.known = await identify(request, at.entrance, route, auth)
        checkAccess(route, at.known, header(request, 'x-floe-csrf'))
      },
      handler: answerCall(handler, using),
    })
  }

  if (hasPages(options.uiDir)) await servePages(app, options.uiDir)
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.raw)
    if (hasPages(options.uiDir) && isPage(request.method, path, request.headers.accept)) {
      return reply.sendFile('index.html')
    }
    return refuse(apiError('no_route', { method: request.method, path: path.slice(0, 200) }), request, reply)
  })
  await app.ready()
  return serve(app, { options, seen })
}

function serve(
  app: FastifyInstance,
  { options, seen }: { options: ServerOptions; seen: WeakMap<IncomingMessage, Seen> },
): FloeServer {
  const open: Open[] = []
  const heard = {
    log: options.log,
    request: (request: IncomingMessage, response: ServerResponse, entrance: Entrance) => {
      seen.set(request, { entrance, known: unknown })
      app.routing(request, response)
    },
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, entrance: Entrance) => {
      try {
        refuseForeign(request, entrance, options, false)
        if (pathOf(request) !== options.consoles.path)
          throw apiError('no_route', { method: 'GET', path: pathOf(request) })
        const { auth, consoles } = options
        const local = entrance.via === 'unix'
        const cookieName = auth.cookieName(!local && entrance.secure)
        consoles.upgrade({ request, socket, head }, { local, presented: presentedBy(request.headers, cookieName) })
      } catch (error) {
        const { status, message } = refusalOf(error, { id: '-', method: 'GET', path: pathOf(request) })
        options.log.warn({ status, origin: request.headers.origin }, `A socket was refused: ${message}`)
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      }
    },
  }
  const close = async (): Promise<void> => {
    const closed = open.splice(0).map((entrance) => entrance.close(graceMs))
    await options.feed[Symbol.asyncDispose]()
    await options.consoles[Symbol.asyncDispose]()
    await Promise.all(closed)
    await app.close()
  }
  const listen = async (at: ListenAt): Promise<string> => {
    const entrance = await openEntrance(at, heard)
    open.push(entrance)
    options.log.debug({ address: entrance.address }, 'listening')
    return entrance.address
  }
  return { listen, close, [Symbol.asyncDispose]: close }
}

const unknown: Known = { caller: nobody, token: undefined, csrf: undefined }

async function identify(request: FastifyRequest, entrance: Entrance, route: Route, auth: Auth): Promise<Known> {
  if (entrance.via === 'unix') return { caller: localCaller, token: undefined, csrf: undefined }
  if (route.may === 'anyone') return unknown
  return auth.recognise(presentedBy(request.headers, auth.cookieName(entrance.secure)))
}

function refuseForeign(request: IncomingMessage, entrance: Entrance, options: ServerOptions, page: boolean): void {
  const { headers } = request
  const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)
  const claimed = {
    host: headers.host,
    origin: text(headers.origin),
    site: text(headers['sec-fetch-site']),
    dest: text(headers['sec-fetch-dest']),
    localAddress: request.socket.localAddress ?? '',
    upgrade: headers.upgrade !== undefined,
    page: page && request.method === 'GET',
  }
  const origin = foreignPart(claimed, entrance, options.addresses)
  if (origin === undefined) return
  const address = addressOf(entrance, options.addresses)
  throw apiError('foreign_origin', { origin: origin.slice(0, 200), address })
}

/** What a refused page is told to open instead. */
function addressOf(entrance: Entrance, names: readonly string[]): string {
  if (entrance.via === 'unix') return 'the address that "floe up" told'
  const { secure, host, port } = entrance
  const everywhere = host === '0.0.0.0' || host === '::'
  const named = everywhere ? (names[0] ?? `${hostname()}:${port}`) : `${host}:${port}`
  return `${secure ? 'https' : 'http'}://${named}`
}

/** Without the query, which may carry what no log should. */
const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0]!

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

const isStream = (route: Route | undefined): boolean => route?.id === 'change.stream'
