import { setTimeout as pause } from 'node:timers/promises'

import { apiOver, type LibvirtConnection } from './connection.ts'
import type { Connection, DialOptions, EventOptions, Link, LinkOptions, LinkState } from './contract.ts'
import { defaultDeadlineMs, open, type Known } from './dial.ts'
import { ConnectionLost, DeadlineExceeded } from './errors.ts'
import { Suspects } from './suspects.ts'
import type { Api, CallOptions } from './table/calls.ts'
import type { EventKind, EventOf, Resync } from './table/events.ts'
import { describeTarget, type Target } from './target.ts'

const defaultBackoff = { firstMs: 250, maxMs: 30_000 }
/** A connection that lasted so long was a good one: the next failure starts from the shortest pause again. */
const goodMs = 10_000
/** Connections that hang and are kept until the host answers: each holds three of libvirtd's twenty workers. */
const retiredMax = 3

/** A connection that comes back by itself. It starts to dial at once.
 *
 *  ```ts
 *  await using link = keepConnected(target)
 *  for await (const event of link.events(['lifecycle'], { signal })) {
 *    if (event.kind === 'resync') await listEverything(link)
 *    else console.log(event.dom.name, event.event, event.detail)
 *  }
 *  ```
 */
export function keepConnected(target: Target, options: LinkOptions = {}): Link {
  return new LastingLink(target, options)
}

/** The connection in use; `retired` is aborted when another one takes over while it still hangs. */
type Current = { readonly connection: LibvirtConnection; readonly retired: AbortController }

class LastingLink implements Link {
  readonly target: Target
  readonly call: Api
  readonly #options: LinkOptions
  readonly #stop = new AbortController()
  readonly #listeners = new Set<(state: LinkState) => void>()
  readonly #running: Promise<void>
  #state: LinkState = { state: 'connecting', since: new Date() }
  readonly #known: Known = { suspects: new Suspects() }
  readonly #retired = new Set<LibvirtConnection>()
  #connection: Current | undefined
  #next = Promise.withResolvers<Current>()

  constructor(target: Target, options: LinkOptions) {
    this.target = target
    this.#options = options
    this.call = apiOver((name, args, callOptions) => this.#request(name, args, callOptions))
    this.#next.promise.catch(() => {})
    options.signal?.addEventListener('abort', this.#aborted, { once: true })
    if (options.signal?.aborted === true) this.#aborted()
    this.#running = this.#run()
  }

  readonly #aborted = (): void => this.#stop.abort(this.#options.signal?.reason)

  get state(): LinkState {
    return this.#state
  }

  onState(listener: (state: LinkState) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  connection(): Connection | undefined {
    return this.#connection?.connection
  }

  async up(signal?: AbortSignal): Promise<Connection> {
    return (await this.#current(signal)).connection
  }

  async #current(signal?: AbortSignal): Promise<Current> {
    signal?.throwIfAborted()
    if (this.#connection !== undefined) return this.#connection
    if (signal === undefined) return this.#next.promise
    const { promise, reject } = Promise.withResolvers<never>()
    const aborted = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', aborted, { once: true })
    try {
      return await Promise.race([this.#next.promise, promise])
    } finally {
      signal.removeEventListener('abort', aborted)
    }
  }

  async *events<K extends EventKind>(
    kinds: readonly K[],
    options: EventOptions,
  ): AsyncGenerator<EventOf<K> | Resync, void> {
    const signal = AbortSignal.any([options.signal, this.#stop.signal])
    let first = true
    for (let failures = 0; !signal.aborted;) {
      try {
        const { connection, retired } = await this.#current(signal)
        // Ends when the connection is replaced, too: the next one is listened to.
        const until = AbortSignal.any([signal, retired.signal])
        for await (const event of connection.events(kinds, { ...options, signal: until })) {
          failures = 0
          yield first ? event : afterGap(event)
          first = false
        }
      } catch (error) {
        if (signal.aborted) return
        // The connection went (the next one is on its way), or the host was too slow to register: try again.
        if (!(error instanceof ConnectionLost)) this.#log(`listening failed: ${String(error)}`)
        await this.#sleep(this.#backoffMs(failures++), signal)
      }
    }
  }

  dialAgain(options: DialOptions = {}): Promise<LibvirtConnection> {
    const { backoff: _backoff, random: _random, signal: _signal, ...lasting } = this.#options
    return open(this.target, { ...lasting, ...options }, this.#known)
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #request(name: keyof Api, args: unknown, options?: CallOptions): Promise<unknown> {
    for (;;) {
      const current = this.#connection
      if (current === undefined) throw this.#down(name)
      const call = current.connection.call[name] as (args: unknown, options?: CallOptions) => Promise<unknown>
      try {
        return await call(args, options)
      } catch (error) {
        // It never left, and the connection that it waited for was replaced: the next one takes it.
        const evicted = error instanceof ConnectionLost && !error.sent && current.retired.signal.aborted
        if (!evicted) throw error
        await this.#replacement(name, options)
      }
    }
  }

  async #replacement(name: string, options: CallOptions = {}): Promise<void> {
    const deadlineMs = options.deadlineMs ?? this.#options.deadlineMs ?? defaultDeadlineMs
    const patience = AbortSignal.timeout(deadlineMs)
    try {
      await this.#current(options.signal ? AbortSignal.any([options.signal, patience]) : patience)
    } catch (error) {
      if (!patience.aborted || error !== patience.reason) throw error
      const message = `${name} was not sent: ${describeTarget(this.target)} did not answer within ${deadlineMs} ms`
      throw new DeadlineExceeded(message, { procedure: name, deadlineMs, sent: false })
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    for (let failures = 0; !signal.aborted; failures++) {
      this.#become({ state: 'connecting', since: new Date(), ...('why' in this.#state && { why: this.#state.why }) })
      let error: Error | undefined
      try {
        const connection = await this.dialAgain({ signal })
        const began = Date.now()
        const lost = await this.#serve(connection)
        if (signal.aborted) break
        if (Date.now() - began >= goodMs) failures = 0
        if (lost === 'replaced') continue
        error = lost
      } catch (caught) {
        if (signal.aborted) break
        error = caught as Error
      }
      const why = error?.message ?? 'the connection was closed by this side'
      const waitMs = this.#backoffMs(failures)
      const retryAt = new Date(Date.now() + waitMs)
      this.#become({ state: 'down', since: new Date(), why, retryAt, ...(error && { error }) })
      await this.#sleep(waitMs, signal)
    }
    this.#options.signal?.removeEventListener('abort', this.#aborted)
    this.#become({ state: 'down', since: new Date(), why: 'the link was closed' })
    this.#next.reject(new ConnectionLost(`The link to ${describeTarget(this.target)} is closed`, { sent: false }))
  }

  /** Holds one connection until it goes, is replaced, or the link is closed. */
  async #serve(connection: LibvirtConnection): Promise<Error | 'replaced' | undefined> {
    const { signal } = this.#stop
    const current: Current = { connection, retired: new AbortController() }
    this.#connection = current
    this.#next.resolve(current)
    this.#become({ state: 'up', since: new Date() })
    const close = (): void => void connection.close()
    signal.addEventListener('abort', close, { once: true })
    if (signal.aborted) close()
    try {
      const choked = connection.choked().then(() => 'choked' as const)
      const end = await Promise.race([connection.closed, choked])
      if (end !== 'choked') return end
      if (this.#retired.size >= retiredMax) return await connection.closed
    } finally {
      signal.removeEventListener('abort', close)
      this.#connection = undefined
      this.#next = Promise.withResolvers<Current>()
      this.#next.promise.catch(() => {})
    }
    this.#retire(current)
    this.#log('every place of the connection is held by a call that hangs; another one takes over')
    return 'replaced'
  }

  /** Closing it would free nothing on the host: it stays until its calls are answered, and nothing new goes there. */
  #retire({ connection, retired }: Current): void {
    this.#retired.add(connection)
    retired.abort()
    const close = (): void => void connection.close()
    this.#stop.signal.addEventListener('abort', close, { once: true })
    void connection.retire().finally(() => {
      this.#stop.signal.removeEventListener('abort', close)
      this.#retired.delete(connection)
    })
  }

  /** Grows with each failure; jittered by half either way, so that a fleet does not come back at once. */
  #backoffMs(failures: number): number {
    const { firstMs, maxMs } = this.#options.backoff ?? defaultBackoff
    const random = (this.#options.random ?? Math.random)()
    return Math.min(maxMs, firstMs * 2 ** Math.min(failures, 20)) * (0.5 + random)
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await pause(ms, undefined, { signal }).catch(() => {})
  }

  #become(state: LinkState): void {
    this.#state = state
    this.#log(state.state === 'down' ? `down: ${state.why}` : state.state)
    for (const listener of this.#listeners) {
      try {
        listener(state)
      } catch (error) {
        this.#log(`a listener of the link's state failed: ${String(error)}`)
      }
    }
  }

  #log(line: string): void {
    this.#options.log?.(`${describeTarget(this.target)}: ${line}`)
  }

  #down(name: string): ConnectionLost {
    const why = 'why' in this.#state && this.#state.why !== undefined ? `: ${this.#state.why}` : ''
    const message = `${name} was not sent: ${describeTarget(this.target)} is ${this.#state.state}${why}`
    return new ConnectionLost(message, { sent: false })
  }
}

/** The first item of the next connection is no longer the first of this listener. */
function afterGap<E extends { readonly kind: string }>(event: E | Resync): E | Resync {
  const resync = event as Resync
  return resync.kind === 'resync' && resync.why === 'subscribed' ? { ...resync, why: 'reconnected' } : event
}
