import type { Socket } from 'node:net'

import { encodeFrame, encodeRawFrame, FrameReader, messageStatus, messageType, type Frame } from '../framing.ts'
import { isPing, keepaliveFrame, keepaliveProcedure, keepaliveProgram } from '../keepalive.ts'
import {
  isStreamName,
  procedure,
  procedureNames,
  remoteProgram,
  remoteVersion,
  type ProcedureName,
} from '../table/calls.ts'
import { errorBody } from '../table/error-body.ts'
import { eventRow, type EventKind, type LibvirtEvent } from '../table/events.ts'
import { streamHole } from '../table/stream-hole.ts'
import { XdrReader } from '../xdr/reader.ts'
import { i32, struct, type AnyCodec } from '../xdr/schema.ts'
import { FakeStream } from './fake-stream.ts'
import { Refusal } from './refusal.ts'

const byNumber = new Map(procedureNames.map((name) => [procedure(name).number, name]))

export type Answer = (name: ProcedureName, args: unknown, session: FakeSession, stream?: FakeStream) => unknown

/** One client of a fake daemon. Stops reading at `maxClientRequests`, as the real one does. */
export class FakeSession {
  readonly socket: Socket
  /** What the client registered for: callback's id and kind. */
  readonly callbacks = new Map<number, EventKind>()
  readonly closed: Promise<void>
  /** False: pings stay unanswered, as from a host that hangs. */
  answersPings = true
  pings = 0
  pongs = 0
  readonly #answer: Answer
  readonly #limit: number
  readonly #frames = new FrameReader()
  readonly #streams = new Map<number, FakeStream>()
  readonly #backlog: Frame[] = []
  #underWay = 0

  constructor(socket: Socket, answer: Answer, maxClientRequests: number) {
    this.socket = socket
    this.#answer = answer
    this.#limit = maxClientRequests
    const { promise, resolve } = Promise.withResolvers<void>()
    this.closed = promise
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const stream of this.#streams.values()) stream.heard('lost', Buffer.alloc(0))
      resolve()
    })
    socket.on('data', (chunk: Buffer) => {
      this.#backlog.push(...this.#frames.feed(chunk))
      this.#drain()
    })
  }

  get underWay(): number {
    return this.#underWay
  }

  /** Any bytes at all, for faults. */
  raw(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  drop(): void {
    this.socket.destroy()
  }

  ping(): void {
    this.raw(keepaliveFrame(keepaliveProcedure.ping))
  }

  /** Announces an event to this client, once for each of its registrations of the kind. */
  emit(event: LibvirtEvent): void {
    const row = eventRow(event.kind)
    const prefix = row.reasonFirst ? struct({ callback: i32, reason: i32 }) : struct({ callback: i32 })
    const codec: AnyCodec = {
      ...row.codec,
      write: (to, value) => {
        prefix.write(to, value as { callback: number; reason: number })
        row.codec.write(to, value)
      },
    }
    for (const [callback, kind] of this.callbacks) {
      if (kind !== event.kind) continue
      const header = { procedure: row.procedure, type: messageType.message, serial: 0, status: messageStatus.ok }
      this.raw(encodeFrame({ ...program, ...header }, codec, { callback, reason: 0, ...event }))
    }
  }

  #drain(): void {
    while (this.#backlog.length > 0 && this.#underWay < this.#limit) this.#frame(this.#backlog.shift()!)
  }

  #frame(frame: Frame): void {
    const { header } = frame
    if (header.program === keepaliveProgram) {
      if (!isPing(frame)) this.pongs++
      else {
        this.pings++
        if (this.answersPings) this.raw(keepaliveFrame(keepaliveProcedure.pong))
      }
      return
    }
    if (header.type === messageType.hole) {
      this.#streams.get(header.serial)?.skipped(streamHole.read(new XdrReader(frame.payload)).length)
      return
    }
    if (header.type === messageType.stream) {
      const stream = this.#streams.get(header.serial)
      const what =
        header.status === messageStatus.continue ? 'data' : header.status === messageStatus.ok ? 'ok' : 'aborted'
      if (what !== 'data') this.#streams.delete(header.serial)
      stream?.heard(what, frame.payload)
      return
    }
    this.#underWay++
    void this.#call(frame).finally(() => {
      this.#underWay--
      this.#drain()
    })
  }

  async #call({ header, payload }: Frame): Promise<void> {
    const reply = { ...program, procedure: header.procedure, serial: header.serial, type: messageType.reply }
    try {
      const name = byNumber.get(header.procedure)
      if (name === undefined) throw new Refusal('RPC', `unknown procedure: ${header.procedure}`, 'RPC')
      const reader = new XdrReader(payload)
      const args: unknown = procedure(name).argsCodec.read(reader)
      reader.end()
      const stream = isStreamName(name) ? this.#openStream(name, header.serial) : undefined
      const value = (await this.#answer(name, args, this, stream)) ?? {}
      this.raw(encodeFrame({ ...reply, status: messageStatus.ok }, procedure(name).retCodec, value))
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL_ERROR', String(error))
      this.raw(encodeFrame({ ...reply, status: messageStatus.error }, errorBody, refusal.body))
    }
  }

  #openStream(name: ProcedureName, serial: number): FakeStream {
    const header = { ...program, procedure: procedure(name).number, type: messageType.stream, serial }
    const stream = new FakeStream((status, payload) => {
      if (typeof status === 'object' && 'hole' in status) {
        const packet = { ...header, type: messageType.hole, status: messageStatus.continue }
        this.raw(encodeFrame(packet, streamHole, { length: status.hole }))
      } else if (typeof status === 'object')
        this.raw(encodeFrame({ ...header, status: messageStatus.error }, errorBody, status))
      else
        this.raw(
          encodeRawFrame({ ...header, status: status === 'ok' ? messageStatus.ok : messageStatus.continue }, payload),
        )
    })
    this.#streams.set(serial, stream)
    return stream
  }
}

const program = { program: remoteProgram, version: remoteVersion }
