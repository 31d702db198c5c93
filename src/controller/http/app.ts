import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

import { apiError, type Route } from '../../api/index.ts'
import { MiB } from '../../base/units.ts'
import type { Auth, Known } from '../auth/auth.ts'
import { localCaller, nobody } from '../auth/caller.ts'
import { answerCall } from './answer-call.ts'
import { presentedBy } from './credentials.ts'
import { checkAccess } from './guard.ts'
import type { Handler } from './handler.ts'
import type { Entrance } from './origin.ts'
import { ownHandlers } from './own-handlers.ts'
import { hasPages, isPage, servePages } from './pages.ts'
import { readJson } from './read-json.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { pathOf, refuser, type Refuse } from './refuse.ts'
import { completeTable, methodsAt, urlOf } from './route-table.ts'
import { securityHeaders } from './security-headers.ts'
import type { ServerOptions } from './server-options.ts'

/** What is known about each request besides what it says. */
export type SeenRequests = WeakMap<IncomingMessage, { entrance: Entrance; known: Known; route?: Route }>

export const nobodyKnown: Known = { caller: nobody, token: undefined, csrf: undefined }

const readWithinMs = 120_000

/** The routes, the pages and what holds for each request. Throws for a route with no handler or two. */
export async function createApp(options: ServerOptions, seen: SeenRequests): Promise<FastifyInstance> {
  const { auth, feed, consoles } = options
  const own = ownHandlers(options)
  const all = [...options.handlers, ...auth.handlers, ...feed.handlers, ...consoles.handlers, ...own]
  const table = completeTable(all, options.missing ?? [])
  const refuse = refuser(options.log)
  const app = emptyApp(options, seen, refuse)
  tellAnswers(app, options, seen)
  endSlowReaders(app, options.readWithinMs ?? readWithinMs)
  for (const handler of table) addRoute(app, handler, { options, seen })
  await addPages(app, options.uiDir, { refuse, table })
  await app.ready()
  return app
}

function emptyApp({ addresses }: ServerOptions, seen: SeenRequests, refuse: Refuse): FastifyInstance {
  /** What every answer carries, and whom nothing is answered. */
  const admit = (request: FastifyRequest, reply: FastifyReply): void => {
    const { entrance } = seen.get(request.raw)!
    const ofApi = pathOf(request.raw).startsWith('/api/')
    const httpsOnly = entrance.via === 'tcp' && entrance.httpsOnly === true
    void reply.headers({ ...securityHeaders(httpsOnly), 'x-request-id': request.id })
    if (ofApi) void reply.header('cache-control', 'no-store')
    refuseForeign(request.raw, entrance, { addresses, page: !ofApi })
  }
  const app = fastify({
    logger: false,
    bodyLimit: MiB,
    genReqId: () => randomBytes(8).toString('hex'),
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 2048, ignoreDuplicateSlashes: false },
    // An address that cannot be read comes to no hook.
    frameworkErrors: (error, request, reply) => {
      try {
        admit(request, reply)
        void refuse(error, request, reply)
      } catch (foreign) {
        void refuse(foreign, request, reply)
      }
    },
  })
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply))
  app.addHook('onRequest', async (request, reply) => admit(request, reply))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    readJson(body, { method: request.method, path: pathOf(request.raw) }),
  )
  return app
}

function tellAnswers(app: FastifyInstance, { log, metrics }: ServerOptions, seen: SeenRequests): void {
  app.addHook('onResponse', async (request, reply) => {
    const { known, route } = seen.get(request.raw)!
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
    const quiet = reply.statusCode < 400 && (request.method === 'GET' || request.method === 'HEAD')
    log[quiet ? 'debug' : 'info'](entry, 'answered')
  })
}

/** An answer is held whole until its client has read it, so one who does not is cut off. */
function endSlowReaders(app: FastifyInstance, withinMs: number): void {
  app.addHook('onSend', async (_, { raw }) => {
    const late = setTimeout(() => raw.destroy(), withinMs)
    raw.once('close', () => clearTimeout(late))
  })
}

function addRoute(
  app: FastifyInstance,
  handler: Handler,
  { options, seen }: { options: ServerOptions; seen: SeenRequests },
): void {
  const { route } = handler
  const using = {
    db: options.db,
    checkAnswers: options.checkAnswers ?? false,
    known: (request: FastifyRequest) => seen.get(request.raw)!.known,
    entrance: (request: FastifyRequest) => seen.get(request.raw)!.entrance,
  }
  app.route({
    method: route.method,
    url: urlOf(route),
    exposeHeadRoute: route.method === 'GET' && !isStream(route),
    // Before the body is read.
    onRequest: async (request) => {
      const at = seen.get(request.raw)!
      at.route = route
      at.known = await identify(request, at.entrance, route, options.auth)
      const csrf = request.headers['x-floe-csrf']
      checkAccess(route, at.known, Array.isArray(csrf) ? csrf[0] : csrf)
    },
    handler: answerCall(handler, using),
  })
}

type Elsewhere = { readonly refuse: Refuse; readonly table: readonly Handler[] }

/** The pages, and what is said where there is none and no route either. */
async function addPages(app: FastifyInstance, uiDir: string | undefined, { refuse, table }: Elsewhere): Promise<void> {
  if (hasPages(uiDir)) await servePages(app, uiDir)
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.raw)
    if (hasPages(uiDir) && isPage(request.method, path, request.headers.accept)) return reply.sendFile('index.html')
    const asked = { method: request.method, path: path.slice(0, 200) }
    const allow = methodsAt(path, table)
    const refusal =
      allow.length === 0 ? apiError('no_route', asked) : apiError('wrong_method', { ...asked, allow: allow.join(', ') })
    return refuse(refusal, request, reply)
  })
}

async function identify(request: FastifyRequest, entrance: Entrance, route: Route, auth: Auth): Promise<Known> {
  if (entrance.via === 'unix') return { caller: localCaller, token: undefined, csrf: undefined }
  if (route.may === 'anyone') return nobodyKnown
  return auth.recognise(presentedBy(request.headers, auth.cookieName(entrance.secure)))
}

const isStream = (route: Route | undefined): boolean => route?.id === 'change.stream'
