import type { Duplex } from 'node:stream'

import type { Keepalive } from './contract.ts'
import { ConnectionLost, DeadlineExceeded, LibvirtError, XdrError } from './errors.ts'
import { encodeFrame, encodeRawFrame, FrameReader, messageStatus, messageType, type Frame } from './framing.ts'
import { Gate } from './gate.ts'
import { Heartbeat, isPing, keepaliveFrame, keepaliveProcedure, keepaliveProgram } from './keepalive.ts'
import { PendingCall } from './pending-call.ts'
import type { Suspects } from './suspects.ts'
import { procedure, remoteProgram, remoteVersion, type CallOptions, type ProcedureName } from './table/calls.ts'
import { errorBody } from './table/error-body.ts'
import { streamHole } from './table/stream-hole.ts'
import type { Transport } from './transport.ts'
import { Wire } from './wire.ts'
import { XdrReader } from './xdr/reader.ts'

/** Hears the packets of one stream, by the serial of the call that opened it. */
export type StreamSink = {
  packet(frame: Frame): void
  lost(error: Error): void
}

export type RequestOptions = CallOptions & {
  /** Runs while the reply is decoded, before anything that came in the same chunk: a listener installed later, in a
   *  promise's `then`, has already missed events. */
  readonly onReply?: (value: unknown) => void
  /** The stream that this call opens; it listens before the call leaves. */
  readonly sink?: (serial: number) => StreamSink
}

export type SessionOptions = {
  /** The host in one phrase, for messages. */
  readonly where: string
  readonly deadlineMs: number
  readonly window: number
  /** Shared by the connections of one link. */
  readonly suspects?: Suspects | undefined
}

const remote = { program: remoteProgram, version: remoteVersion }
/** Bytes; past it pings are left unanswered. */
const backlogMax = 65_536

/** Calls, replies and packets over one open transport. Knows no libvirt object. */
export class Session {
  readonly closed: Promise<Error | undefined>
  readonly gate: Gate
  readonly #options: SessionOptions
  readonly #socket: Duplex
  readonly #wire: Wire
  readonly #frames = new FrameReader()
  readonly #pending = new Map<number, PendingCall>()
  /** Callers that wait, whether their call has left or not. */
  readonly #callers = new Set<PendingCall>()
  readonly #streams = new Map<number, StreamSink>()
  readonly #settleClosed: (why: Error | undefined) => void
  #serial = 0
  #end: { readonly why: Error | undefined } | undefined
  #heartbeat: Heartbeat | undefined
  #onIdle: (() => void) | undefined
  /** Hears messages that nobody asked for: events. */
  onMessage: (frame: Frame) => void = () => {}

  constructor(transport: Transport, options: SessionOptions) {
    this.#options = options
    this.#socket = transport.socket
    this.#wire = new Wire(transport)
    this.gate = new Gate(options.window, options.suspects)
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    this.closed = promise
    this.#settleClosed = resolve
    this.#socket.on('data', (chunk: Buffer) => this.#received(chunk))
    this.#socket.on('error', (error) => this.end(this.#lostError(error.message, error)))
    this.#socket.on('close', () => this.end(this.#lostError('the daemon closed the connection')))
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  startKeepalive(keepalive: Keepalive): void {
    this.#heartbeat = new Heartbeat(
      keepalive,
      () => this.#wire.send(keepaliveFrame(keepaliveProcedure.ping)),
      (why) => this.end(this.#lostError(why)),
    )
    this.#heartbeat.start()
  }

  /** One call. See Connection.call for what it rejects with. */
  async request(name: ProcedureName, args: unknown, options: RequestOptions = {}): Promise<unknown> {
    options.signal?.throwIfAborted()
    if (this.#end !== undefined) throw this.#unsent(name)
    const row = procedure(name)
    const serial = this.#nextSerial()
    const header = { ...remote, procedure: row.number, type: messageType.call, serial, status: messageStatus.ok }
    // Encoded before it waits: a value that does not fit is the caller's to hear at once.
    const frame = encodeFrame(header, row.argsCodec, args ?? {})
    const call = new PendingCall({
      name,
      serial,
      row,
      args,
      onReply: options.onReply,
      evicted: () => this.#unsent(name, 'the calls under way there hang; another connection takes over'),
      send: () => {
        if (options.sink !== undefined) this.#streams.set(serial, options.sink(serial))
        this.#pending.set(serial, call)
        this.#wire.send(frame)
      },
    })
    this.#callers.add(call)
    const unwatch = this.#watch(call, options)
    this.gate.ask(call)
    try {
      return await call.answer
    } finally {
      unwatch()
      this.#callers.delete(call)
    }
  }

  /** Ends the caller's waiting at its deadline or by its signal. */
  #watch(call: PendingCall, options: RequestOptions): () => void {
    const deadlineMs = options.deadlineMs ?? this.#options.deadlineMs
    const timer = setTimeout(() => this.#giveUp(call, this.#late(call, deadlineMs)), deadlineMs)
    const aborted = (): void => this.#giveUp(call, options.signal?.reason)
    options.signal?.addEventListener('abort', aborted, { once: true })
    return () => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', aborted)
    }
  }

  #giveUp(call: PendingCall, error: unknown): void {
    if (call.over) return
    if (call.sent) this.gate.overdue(call)
    else this.gate.forget(call)
    call.fail(error)
    if (this.gate.choked) this.onChoked()
  }

  #reply(call: PendingCall, frame: Frame): void {
    this.#pending.delete(call.serial)
    try {
      const value = this.#decode(call.name, frame)
      call.onReply(value)
      call.succeed(value)
    } catch (error) {
      this.#streams.delete(call.serial)
      call.fail(error)
    }
    this.gate.leave(call)
    if (this.gate.load.underWay === 0) this.#onIdle?.()
  }

  /** Settles when no call is under way, or the connection is over. */
  async idle(): Promise<void> {
    if (this.gate.load.underWay === 0) return
    await Promise.race([this.closed, new Promise<void>((resolve) => (this.#onIdle = resolve))])
  }

  /** Runs when every ordinary place is held by a call that nobody waits for any more. */
  onChoked: () => void = () => {}

  /** One packet of a stream. `sent` runs when it left this process. */
  sendPacket(name: ProcedureName, serial: number, status: number, payload: Uint8Array, sent?: () => void): void {
    if (this.#end !== undefined) return
    const header = { ...remote, procedure: procedure(name).number, type: messageType.stream, serial, status }
    this.#wire.send(encodeRawFrame(header, payload), sent)
  }

  /** A packet that stands for `length` bytes of zeros. */
  sendHole(name: ProcedureName, serial: number, length: bigint, sent: () => void): void {
    if (this.#end !== undefined) return
    const packet = { type: messageType.hole, status: messageStatus.continue }
    const header = { ...remote, ...packet, procedure: procedure(name).number, serial }
    this.#wire.send(encodeFrame(header, streamHole, { length }), sent)
  }

  dropStream(serial: number): void {
    this.#streams.delete(serial)
  }

  pauseReading(): void {
    this.#wire.pause()
    this.#heartbeat?.hold(true)
  }

  resumeReading(): void {
    this.#wire.resume()
    this.#heartbeat?.hold(false)
  }

  /** Ends everything once. `why` undefined: this side wanted it. */
  end(why: Error | undefined): void {
    if (this.#end !== undefined) return
    this.#end = { why }
    this.#heartbeat?.stop()
    this.gate.end()
    this.#socket.destroy()
    const error = why ?? new ConnectionLost(`The connection to ${this.#options.where} was closed by this side`)
    for (const call of this.#callers) call.fail(call.sent ? error : this.#unsent(call.name))
    this.#pending.clear()
    for (const sink of this.#streams.values()) sink.lost(error)
    this.#streams.clear()
    this.#settleClosed(why)
  }

  #received(chunk: Buffer): void {
    this.#heartbeat?.part(chunk.length)
    try {
      for (const frame of this.#frames.feed(chunk)) {
        if (this.#end !== undefined) return
        this.#frame(frame)
      }
    } catch (error) {
      const cause = error as Error
      this.end(this.#lostError(`what it sent cannot be understood: ${cause.message}`, cause))
    }
  }

  #frame(frame: Frame): void {
    const { header } = frame
    this.#heartbeat?.heard()
    if (header.program === keepaliveProgram) {
      // Who pings without end and reads no answer gets none.
      if (isPing(frame) && this.#wire.backlog < backlogMax) this.#wire.send(keepaliveFrame(keepaliveProcedure.pong))
      return
    }
    // Other programs (qemu's, lxc's) share the connection; this side asked nothing of them.
    if (header.program !== remoteProgram) return
    switch (header.type) {
      case messageType.reply: {
        const pending = this.#pending.get(header.serial)
        if (pending === undefined) throw new XdrError(`reply to call ${header.serial}, which was not made`)
        this.#reply(pending, frame)
        return
      }
      case messageType.stream:
      case messageType.hole:
        this.#streams.get(header.serial)?.packet(frame)
        return
      case messageType.message:
        this.onMessage(frame)
        return
      default:
        throw new XdrError(`message of the unexpected type ${header.type}`)
    }
  }

  #decode(name: ProcedureName, frame: Frame): unknown {
    if (frame.header.status === messageStatus.error) throw readError(frame.payload, name)
    if (frame.header.status !== messageStatus.ok)
      throw new XdrError(`The reply to ${name} has the unknown status ${frame.header.status}`)
    const reader = new XdrReader(frame.payload)
    const value: unknown = procedure(name).retCodec.read(reader)
    reader.end()
    return value
  }

  #nextSerial(): number {
    do this.#serial = (this.#serial % 0xffff_ffff) + 1
    while (this.#pending.has(this.#serial) || this.#streams.has(this.#serial))
    return this.#serial
  }

  #late({ name, subject, sent }: PendingCall, deadlineMs: number): DeadlineExceeded {
    const { where } = this.#options
    const message = sent
      ? `${where} did not answer ${name} within ${deadlineMs} ms. It may still take effect: look before repeating it`
      : `${name} waited ${deadlineMs} ms for its turn at ${where} and was not sent: ${this.gate.why(subject)}`
    return new DeadlineExceeded(message, { procedure: name, deadlineMs, sent })
  }

  #lostError(why: string, cause?: unknown): ConnectionLost {
    return new ConnectionLost(`The connection to ${this.#options.where} is lost: ${why}`, { cause })
  }

  #unsent(name: string, why = this.#end?.why?.message ?? 'it was closed by this side'): ConnectionLost {
    return new ConnectionLost(`${name} was not sent to ${this.#options.where}: ${why}`, { sent: false })
  }
}

/** The error of a reply or of a stream's packet. */
export function readError(payload: Buffer, name: string): LibvirtError {
  const body = errorBody.read(new XdrReader(payload))
  const message = body.message ?? `libvirt gave error ${body.number} without a message`
  return new LibvirtError({ number: body.number, domain: body.domain, level: body.level, message, procedure: name })
}
