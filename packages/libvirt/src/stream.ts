import { Duplex } from 'node:stream'

import type { Hole, LibvirtStream } from './contract.ts'
import { ConnectionLost, XdrError } from './errors.ts'
import { messageStatus, messageType, type Frame } from './framing.ts'
import { readError, type Session, type StreamSink } from './session.ts'
import type { CallOptions, StreamName } from './table/calls.ts'
import type { StreamWay } from './table/procedure.ts'
import { streamHole } from './table/stream-hole.ts'
import { messageMax, streamChunk } from './xdr/limits.ts'
import { XdrReader } from './xdr/reader.ts'

const nothing = Buffer.alloc(0)

/** One libvirt stream as a Node Duplex. End of the bytes is an empty packet; each side then says OK, and only the
 *  daemon's OK means that everything is written: `finish` and `end` wait for it. */
export class LibvirtDuplex extends Duplex implements LibvirtStream, StreamSink {
  readonly finished: Promise<void>
  readonly #session: Session
  readonly #name: StreamName
  readonly #serial: number
  readonly #way: StreamWay
  /** Its items are bytes and holes. */
  readonly #sparse: boolean
  readonly #confirmed = Promise.withResolvers<void>()
  /** Until its caller has it, nobody hears an error of it or that it closed. */
  #handedOver = false
  #untold: (() => void) | undefined
  /** Bytes that came before the reply. A daemon's other thread may be that quick, and reading must not stop for them:
   *  the reply is read behind them. Nothing once it is there. */
  #early: number | undefined = 0
  #saidOk = false
  #settled = false
  #paused = false
  #finalDone: (() => void) | undefined

  /** Opens the stream with its call; the stream listens before the call leaves. */
  static async open(
    session: Session,
    name: StreamName,
    way: StreamWay,
    args: unknown,
    options: CallOptions & { readonly sparse?: boolean },
  ): Promise<{ ret: unknown; stream: LibvirtDuplex }> {
    let stream: LibvirtDuplex | undefined
    let abandoned = false
    try {
      const ret = await session.request(name, args, {
        ...options,
        sink: (serial) => (stream = new LibvirtDuplex(session, name, serial, way, options.sparse === true)),
        onReply: () => {
          // The caller gave up, the daemon opened it all the same.
          if (abandoned) stream?.destroy()
          else if (stream !== undefined) stream.#answered()
        },
      })
      const { signal } = options
      if (signal !== undefined) {
        const abort = (): void => void stream!.destroy(signal.reason as Error)
        signal.addEventListener('abort', abort, { once: true })
        stream!.once('close', () => signal.removeEventListener('abort', abort))
      }
      return { ret, stream: stream! }
    } catch (error) {
      abandoned = true
      stream?.on('error', () => {}) // the caller hears of it through the call
      throw error
    } finally {
      // Past every `await` on the way to the caller: what comes in one chunk with the reply is told after it.
      const opened = stream
      if (opened !== undefined) setImmediate(() => opened.#handOver())
    }
  }

  private constructor(session: Session, name: StreamName, serial: number, way: StreamWay, sparse: boolean) {
    // Node has both options; its types leave them to Readable and Writable.
    const ways = { readable: way !== 'upload', writable: way !== 'download' }
    super({ allowHalfOpen: way !== 'both', objectMode: sparse, ...ways })
    this.#sparse = sparse
    this.#session = session
    this.#name = name
    this.#serial = serial
    this.#way = way
    this.finished = this.#confirmed.promise
    this.finished.catch(() => {})
  }

  packet(frame: Frame): void {
    if (frame.header.type === messageType.hole) return this.#hole(frame)
    switch (frame.header.status) {
      case messageStatus.continue:
        // The daemon has no more bytes: say OK, and let the reader see the end when the daemon agrees.
        if (frame.payload.length === 0) this.#sayOk()
        else this.#take(frame.payload, frame.payload.length)
        return
      case messageStatus.ok:
        this.#settle()
        return
      default:
        this.#settled = true
        this.destroy(readError(frame.payload, this.#name))
    }
  }

  lost(error: Error): void {
    this.#settled = true
    this.destroy(error)
  }

  override _read(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#session.resumeReading()
  }

  override _write(item: Buffer | Hole, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    if ('hole' in item) {
      if (item.hole > 0n) this.#session.sendHole(this.#name, this.#serial, item.hole, () => done())
      else done(new XdrError(`A hole of ${item.hole} bytes is none`))
      return
    }
    const chunk = item
    for (let at = 0; at < chunk.length; at += streamChunk) {
      const part = chunk.subarray(at, at + streamChunk)
      const last = at + streamChunk >= chunk.length
      this.#send(messageStatus.continue, part, last ? () => done() : undefined)
    }
    if (chunk.length === 0) done()
  }

  override _final(done: (error?: Error) => void): void {
    if (this.#settled) return done()
    this.#finalDone = done
    this.#sayOk()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#settled) this.#send(messageStatus.error, nothing)
    this.#session.dropStream(this.#serial)
    if (this.#paused) this.#session.resumeReading()
    this.#confirmed.reject(error ?? new ConnectionLost(`${this.#name} was aborted by this side`))
    if (this.#handedOver) done(error)
    else this.#untold = () => done(error)
  }

  #handOver(): void {
    this.#handedOver = true
    this.#untold?.()
  }

  #hole({ payload }: Frame): void {
    const { length } = streamHole.read(new XdrReader(payload))
    if (!this.#sparse) this.destroy(new XdrError(`${this.#name} has holes, though none were asked for`))
    else this.#take({ hole: length } satisfies Hole, payload.length)
  }

  /** Throws XdrError, which ends the connection, when the bytes before the reply are too many to be held. */
  #take(item: Buffer | Uint8Array | Hole, bytes: number): void {
    const wantsMore = this.push(item)
    if (this.#early === undefined) {
      if (!wantsMore) this.#pause()
      return
    }
    this.#early += bytes
    if (this.#early > messageMax) throw new XdrError(`${this.#name} sends bytes without end and no reply`)
  }

  #answered(): void {
    this.#early = undefined
    if (this.readableLength >= this.readableHighWaterMark) this.#pause()
  }

  #settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.#session.dropStream(this.#serial)
    this.#confirmed.resolve()
    this.#finalDone?.()
    if (this.#way !== 'upload') this.push(null)
  }

  #sayOk(): void {
    if (this.#saidOk || this.#settled) return
    this.#saidOk = true
    this.#send(messageStatus.ok, nothing)
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#session.pauseReading()
  }

  #send(status: number, payload: Uint8Array, sent?: () => void): void {
    this.#session.sendPacket(this.#name, this.#serial, status, payload, sent)
  }
}
