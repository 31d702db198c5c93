import type { EventOptions } from './contract.ts'
import { ConnectionLost, LibvirtError, XdrError } from './errors.ts'
import { EventQueue } from './event-queue.ts'
import type { Frame } from './framing.ts'
import type { Session } from './session.ts'
import type { CallName } from './table/calls.ts'
import {
  eventByProcedure,
  eventRow,
  type EventFamily,
  type EventKind,
  type LibvirtEvent,
  type Resync,
} from './table/events.ts'
import { XdrReader } from './xdr/reader.ts'

const registerCalls: Readonly<Record<EventFamily, { readonly register: CallName; readonly deregister: CallName }>> = {
  domain: {
    register: 'connectDomainEventCallbackRegisterAny',
    deregister: 'connectDomainEventCallbackDeregisterAny',
  },
  network: { register: 'connectNetworkEventRegisterAny', deregister: 'connectNetworkEventDeregisterAny' },
  pool: { register: 'connectStoragePoolEventRegisterAny', deregister: 'connectStoragePoolEventDeregisterAny' },
  'node-device': {
    register: 'connectNodeDeviceEventRegisterAny',
    deregister: 'connectNodeDeviceEventDeregisterAny',
  },
  secret: { register: 'connectSecretEventRegisterAny', deregister: 'connectSecretEventDeregisterAny' },
}

const defaultCapacity = 10_000

/** One registration with the daemon, shared by every listener of the kind on this connection. */
type Registration = {
  readonly queues: Set<EventQueue>
  /** Set while the reply is decoded, so that an event in the same chunk is already ours. */
  callback: number | undefined
  ready: Promise<unknown>
}

/** The events of one connection: registers a kind with its first listener, deregisters it with the last. */
export class Listeners {
  readonly #session: Session
  readonly #log: (line: string) => void
  readonly #registrations = new Map<EventKind, Registration>()
  readonly #queues = new Set<EventQueue>()

  constructor(session: Session, log: (line: string) => void) {
    this.#session = session
    this.#log = log
    session.onMessage = (frame) => this.#dispatch(frame)
    void session.closed.then((why) => {
      const error = why ?? new ConnectionLost('The connection was closed by this side while listening', { sent: false })
      for (const queue of this.#queues) queue.end(error)
      return undefined
    })
  }

  async *listen(kinds: readonly EventKind[], options: EventOptions): AsyncGenerator<LibvirtEvent | Resync, void> {
    const { signal } = options
    if (signal.aborted) return
    if (this.#session.ended)
      throw new ConnectionLost('The connection is closed; nothing can be listened to', { sent: false })
    const queue = new EventQueue(options.capacity ?? defaultCapacity)
    const stop = (): void => queue.end()
    signal.addEventListener('abort', stop, { once: true })
    this.#queues.add(queue)
    const wanted = new Set(kinds)
    try {
      // Failures of joining reach the reader through the queue, so that an abort is not kept waiting by a slow daemon.
      void this.#joinAll([...wanted], queue)
      for (let item = await queue.next(); item !== undefined; item = await queue.next()) yield item
    } finally {
      signal.removeEventListener('abort', stop)
      queue.end()
      this.#queues.delete(queue)
      for (const kind of wanted) this.#leave(kind, queue)
    }
  }

  async #joinAll(kinds: readonly EventKind[], queue: EventQueue): Promise<void> {
    const results = await Promise.allSettled(kinds.map((kind) => this.#join(kind, queue)))
    const missing: { kind: EventKind; because: string }[] = []
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      const error = result.reason as Error
      if (!(error instanceof LibvirtError)) return queue.end(error)
      // An older daemon, or a driver that is not installed there: the other kinds are worth having.
      missing.push({ kind: kinds[index]!, because: error.message })
    }
    queue.begin(missing)
  }

  async #join(kind: EventKind, queue: EventQueue): Promise<void> {
    if (queue.ended) return
    const known = this.#registrations.get(kind)
    const registration = known ?? { queues: new Set(), callback: undefined, ready: Promise.resolve() }
    registration.queues.add(queue)
    if (known === undefined) {
      this.#registrations.set(kind, registration)
      registration.ready = this.#register(kind, registration)
    }
    await registration.ready
  }

  async #register(kind: EventKind, registration: Registration): Promise<void> {
    const row = eventRow(kind)
    const { register } = registerCalls[row.family]
    try {
      await this.#session.request(
        register,
        { event: row.id },
        {
          onReply: (value) => {
            registration.callback = (value as { callback: number }).callback
            // Also the late reply after a deadline: nobody listens any more, the daemon has to know.
            if (registration.queues.size === 0) this.#deregister(kind, registration)
          },
        },
      )
    } catch (error) {
      registration.queues.clear()
      if (this.#registrations.get(kind) === registration) this.#registrations.delete(kind)
      throw error
    }
  }

  #leave(kind: EventKind, queue: EventQueue): void {
    const registration = this.#registrations.get(kind)
    if (registration === undefined || !registration.queues.delete(queue) || registration.queues.size > 0) return
    this.#registrations.delete(kind)
    if (registration.callback !== undefined) this.#deregister(kind, registration)
  }

  #deregister(kind: EventKind, registration: Registration): void {
    const { callback } = registration
    if (this.#session.ended || callback === undefined) return
    registration.callback = undefined
    const { deregister } = registerCalls[eventRow(kind).family]
    this.#session
      .request(deregister, { callback })
      .catch((error: unknown) => this.#log(`deregistering ${kind} failed: ${String(error)}`))
  }

  #dispatch(frame: Frame): void {
    const kind = eventByProcedure.get(frame.header.procedure)
    // Numbers of events and calls share one space; what is not in the table is newer than this client.
    const registration = kind === undefined ? undefined : this.#registrations.get(kind)
    if (kind === undefined || registration === undefined) return
    const row = eventRow(kind)
    try {
      const reader = new XdrReader(frame.payload)
      if (reader.i32() !== registration.callback) return
      if (row.reasonFirst) reader.i32()
      const body = row.codec.read(reader) as object
      reader.end()
      const event = { kind, ...body } as LibvirtEvent
      for (const queue of registration.queues) queue.push(event)
    } catch (error) {
      if (!(error instanceof XdrError)) throw error
      this.#log(`an event ${kind} could not be read: ${error.message}`)
      for (const queue of registration.queues) queue.resync('unreadable')
    }
  }
}
