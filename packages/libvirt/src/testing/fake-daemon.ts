import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Calls, ProcedureName } from '../table/calls.ts'
import { eventKinds, eventRow, type EventFamily, type EventKind, type LibvirtEvent } from '../table/events.ts'
import type { AnswerOf, Procedure } from '../table/procedure.ts'
import type { Target } from '../target.ts'
import type { StructOut } from '../xdr/schema.ts'
import { FakeSession } from './fake-session.ts'
import type { FakeStream } from './fake-stream.ts'
import { Refusal } from './refusal.ts'

export type FakeArgs<K extends ProcedureName> = Calls[K] extends Procedure<infer A, infer _> ? StructOut<A> : never

/** What the daemon answers to each call; a call without a handler is refused as unsupported. A handler may wait (a
 *  slow host), throw a Refusal, or drop the session. */
export type FakeHandlers = {
  [K in ProcedureName]?: (
    args: FakeArgs<K>,
    session: FakeSession,
    stream: FakeStream,
  ) => AnswerOf<Calls[K]> | Promise<AnswerOf<Calls[K]>>
}

export type FakeOptions = {
  readonly uri?: string
  /** Calls a client may have under way before the daemon stops reading from it. Default 5, as libvirt's. */
  readonly maxClientRequests?: number
}

/** A daemon that speaks the wire protocol from the same table as the client, for what a real one cannot be made to do:
 *  faults, delays, floods. It proves nothing about the table itself. */
export interface FakeDaemon extends AsyncDisposable {
  readonly target: Target
  readonly socketPath: string
  /** Open sessions, oldest first. */
  readonly sessions: readonly FakeSession[]
  /** Every call heard, in order. */
  readonly heard: readonly { readonly name: ProcedureName; readonly args: unknown }[]
  /** Adds or replaces answers. */
  answer(handlers: FakeHandlers): void
  /** To every client that registered for its kind. */
  emit(event: LibvirtEvent): void
  /** Refuses new connections and drops the present ones; `listen` is the way back. */
  down(): Promise<void>
  listen(): Promise<void>
}

export async function fakeDaemon(handlers: FakeHandlers = {}, options: FakeOptions = {}): Promise<FakeDaemon> {
  const daemon = new Fake(await mkdtemp(join(tmpdir(), 'floe-fake-')), handlers, options)
  await daemon.listen()
  return daemon
}

class Fake implements FakeDaemon {
  readonly target: Target
  readonly socketPath: string
  readonly heard: { name: ProcedureName; args: unknown }[] = []
  readonly #dir: string
  readonly #options: FakeOptions
  readonly #sessions = new Set<FakeSession>()
  #handlers: FakeHandlers
  #server: Server | undefined
  #callback = 0

  constructor(dir: string, handlers: FakeHandlers, options: FakeOptions) {
    this.#dir = dir
    this.#options = options
    this.#handlers = { ...this.#basics(), ...handlers }
    this.socketPath = join(dir, 'libvirt-sock')
    this.target = { uri: options.uri ?? 'test:///default', via: { unix: this.socketPath } }
  }

  get sessions(): readonly FakeSession[] {
    return [...this.#sessions]
  }

  answer(handlers: FakeHandlers): void {
    this.#handlers = { ...this.#handlers, ...handlers }
  }

  emit(event: LibvirtEvent): void {
    for (const session of this.#sessions) session.emit(event)
  }

  async listen(): Promise<void> {
    const server = createServer((socket) => {
      const session = new FakeSession(
        socket,
        (name, args, of, stream) => this.#respond(name, args, of, stream),
        this.#options.maxClientRequests ?? 5,
      )
      this.#sessions.add(session)
      void session.closed.then(() => this.#sessions.delete(session))
    })
    this.#server = server
    server.listen(this.socketPath)
    await once(server, 'listening')
  }

  async down(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    for (const session of this.#sessions) session.drop()
    await closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down()
    await rm(this.#dir, { recursive: true, force: true })
  }

  #respond(name: ProcedureName, args: unknown, session: FakeSession, stream: FakeStream | undefined): unknown {
    this.heard.push({ name, args })
    const handler = this.#handlers[name] as ((...all: unknown[]) => unknown) | undefined
    if (handler === undefined)
      throw new Refusal('NO_SUPPORT', `this function is not supported by the connection driver: ${name}`)
    return handler(args, session, stream)
  }

  /** The handshake and the event registrations of a daemon that has everything. */
  #basics(): FakeHandlers {
    const register = (family: EventFamily) => (args: { event: number }, session: FakeSession) => {
      session.callbacks.set(++this.#callback, kindOf(family, args.event))
      return { callback: this.#callback }
    }
    const deregister = (args: { callback: number }, session: FakeSession) => {
      session.callbacks.delete(args.callback)
      return {}
    }
    return {
      authList: () => ({ types: ['none'] }),
      connectOpen: () => ({}),
      connectClose: () => ({}),
      connectSupportsFeature: () => ({ supported: true }),
      connectGetUri: () => ({ uri: this.target.uri }),
      connectDomainEventCallbackRegisterAny: register('domain'),
      connectNetworkEventRegisterAny: register('network'),
      connectStoragePoolEventRegisterAny: register('pool'),
      connectNodeDeviceEventRegisterAny: register('node-device'),
      connectSecretEventRegisterAny: register('secret'),
      connectDomainEventCallbackDeregisterAny: deregister,
      connectNetworkEventDeregisterAny: deregister,
      connectStoragePoolEventDeregisterAny: deregister,
      connectNodeDeviceEventDeregisterAny: deregister,
      connectSecretEventDeregisterAny: deregister,
    }
  }
}

function kindOf(family: EventFamily, id: number): EventKind {
  const kind = eventKinds.find((each) => eventRow(each).family === family && eventRow(each).id === id)
  if (kind === undefined) throw new Refusal('INVALID_ARG', `no event ${id} of ${family}`)
  return kind
}
