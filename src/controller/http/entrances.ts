import { chmod, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import { connect, isIP, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

import type { Logger } from 'pino'

import { messageOf } from '../../base/errors.ts'
import { httpError } from './http-errors.ts'
import type { Entrance } from './origin.ts'
import { namesOf, readTlsPair, watchTlsPair, type TlsPaths } from './tls-files.ts'

export type ListenAt =
  | { readonly unix: string }
  | { readonly host: string; readonly port: number; readonly tls?: TlsPaths & OwnAuthority }

/** Where Floe's own authority made the certificate. */
type OwnAuthority = { readonly ca?: string }

export type Heard = {
  readonly request: (request: IncomingMessage, response: ServerResponse, entrance: Entrance) => void
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer, entrance: Entrance) => void
  readonly log: Logger
}

/** One listening socket with its server. */
export type Open = { readonly address: string; readonly entrance: Entrance; close(graceMs: number): Promise<void> }

/** A client that is slow to send or to read gives its place back; streams and consoles have rules of their own. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
  noDelay: true,
}
const silentMs = 120_000
const connectionsAtMost = 4000

/** Opens one way in. Refuses plain HTTP beyond loopback, and an address that somebody else has. */
export async function openEntrance(at: ListenAt, heard: Heard): Promise<Open> {
  if ('unix' in at) return openUnix(at.unix, heard)
  if (at.tls === undefined && !isLoopback(at.host)) throw httpError('plain_http', { host: at.host })

  const pair = at.tls && (await readTlsPair(at.tls))
  const server = pair ? createTlsServer({ ...limits, ...pair, minVersion: 'TLSv1.2' }) : createServer(limits)
  await bound(server, { host: at.host, port: at.port }, `${at.host}:${at.port}`)
  const port = (server.address() as AddressInfo).port
  let names = pair && namesOf(pair)
  const certified = (name: string): boolean => names?.(name) ?? false
  const entrance: Entrance = {
    via: 'tcp',
    secure: pair !== undefined,
    httpsOnly: at.tls !== undefined && at.tls.ca === undefined,
    host: at.host,
    port,
    certified,
  }
  const renewal =
    at.tls && pair
      ? watchTlsPair(at.tls, pair, {
          renewed: (next) => {
            ;(server as TlsServer).setSecureContext(next)
            names = namesOf(next)
            heard.log.info({ cert: at.tls?.cert }, 'The certificate was renewed.')
          },
          failed: (error) => heard.log.warn({ err: error }, `The certificate stays as it was: ${messageOf(error)}`),
        })
      : undefined
  const host = isIP(at.host) === 6 ? `[${at.host}]` : at.host
  const address = `${pair ? 'https' : 'http'}://${host}:${port}`
  return opened(server, { address, entrance, heard, ended: () => renewal?.[Symbol.dispose]() })
}

async function openUnix(path: string, heard: Heard): Promise<Open> {
  if (await answers(path)) throw httpError('address_taken', { address: path })
  // A socket that nobody answers on was left by a process that was killed.
  await unlink(path).catch(() => {})
  const server = createServer(limits)
  const before = process.umask(0o177)
  // The socket is made within the call, so nobody ever sees it with a wider mode.
  const listening = bound(server, { path }, path)
  process.umask(before)
  await listening
  await chmod(path, 0o600)
  return opened(server, { address: `unix:${path}`, entrance: { via: 'unix' }, heard, ended: () => {} })
}

type Opening = {
  readonly address: string
  readonly entrance: Entrance
  readonly heard: Heard
  readonly ended: () => void
}

function opened(server: Server | TlsServer, { address, entrance, heard, ended }: Opening): Open {
  const upgraded = new Set<Duplex>()
  server.maxConnections = connectionsAtMost
  server.setTimeout(silentMs)
  server.on('request', (request, response) => heard.request(request, response, entrance))
  server.on('upgrade', (request, socket, head) => {
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
    socket.on('error', () => socket.destroy())
    heard.upgrade(request, socket, head, entrance)
  })
  const close = async (graceMs: number): Promise<void> => {
    ended()
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
    // A connection whose last answer has ended is idle only then, and would be kept for its next request.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const late = setTimeout(() => {
      server.closeAllConnections()
      for (const socket of upgraded) socket.destroy()
    }, graceMs)
    await closed
    clearInterval(idle)
    clearTimeout(late)
  }
  return { address, entrance, close }
}

async function bound(server: Server, at: object, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(at, resolve)
  try {
    await promise
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw httpError('address_taken', { address }, error)
    throw error
  }
  server.off('error', reject)
}

async function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ path })
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  const found = await promise
  socket.destroy()
  return found
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
