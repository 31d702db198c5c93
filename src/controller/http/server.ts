import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

import type { FastifyInstance } from 'fastify'

import { apiError } from '../../api/index.ts'
import { createApp, nobodyKnown, type SeenRequests } from './app.ts'
import { presentedBy } from './credentials.ts'
import { openEntrance, type ListenAt, type Open } from './entrances.ts'
import type { Entrance } from './origin.ts'
import { refusalOf } from './problem.ts'
import { refuseForeign } from './refuse-foreign.ts'
import { pathOf } from './refuse.ts'
import type { ServerOptions } from './server-options.ts'

export interface FloeServer extends AsyncDisposable {
  /** Plain HTTP only on loopback. Answers the bound address: `unix:/path`, `http://127.0.0.1:7070`. */
  listen(at: ListenAt): Promise<string>
  /** Stops accepting, disposes feed and consoles (which tells their clients; a second time does nothing) and waits for
   *  answers under way, 5 s at most. */
  close(): Promise<void>
}

const graceMs = 5000

/** The HTTP side of Floe. Refuses to start when a route has no handler or two, naming it. */
export async function createServer(options: ServerOptions): Promise<FloeServer> {
  const seen: SeenRequests = new WeakMap()
  return serve(await createApp(options, seen), { options, seen })
}

function serve(app: FastifyInstance, { options, seen }: { options: ServerOptions; seen: SeenRequests }): FloeServer {
  const open: Open[] = []
  const heard = {
    log: options.log,
    request: (request: IncomingMessage, response: ServerResponse, entrance: Entrance) => {
      seen.set(request, { entrance, known: nobodyKnown })
      app.routing(request, response)
    },
    upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, entrance: Entrance) => {
      try {
        refuseForeign(request, entrance, { addresses: options.addresses, page: false })
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
