import { XdrError } from './errors.ts'
import { messageMax } from './xdr/limits.ts'
import type { AnyCodec } from './xdr/schema.ts'
import { XdrWriter } from './xdr/writer.ts'

/** What a message is; the numbers are the protocol's. */
export const messageType = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  hole: 6,
} as const
export const messageStatus = { ok: 0, error: 1, continue: 2 } as const

export type Header = {
  readonly program: number
  readonly version: number
  readonly procedure: number
  readonly type: number
  readonly serial: number
  readonly status: number
}
export type Frame = { readonly header: Header; readonly payload: Buffer }

const lengthBytes = 4
const headerBytes = 24
/** The length word counts itself. */
const smallest = lengthBytes + headerBytes

/** One whole message. Throws XdrError where a value does not fit the layout or the message is too long. */
export function encodeFrame(header: Header, codec?: AnyCodec, value?: unknown): Buffer {
  const writer = startFrame(header, codec === undefined ? smallest : 256)
  codec?.write(writer, value)
  return endFrame(writer)
}

export function encodeRawFrame(header: Header, payload: Uint8Array): Buffer {
  const writer = startFrame(header, smallest + payload.length)
  writer.raw(payload)
  return endFrame(writer)
}

function startFrame(header: Header, size: number): XdrWriter {
  const writer = new XdrWriter(messageMax, size)
  writer.u32(0)
  writer.u32(header.program)
  writer.u32(header.version)
  writer.i32(header.procedure)
  writer.i32(header.type)
  writer.u32(header.serial)
  writer.i32(header.status)
  return writer
}

function endFrame(writer: XdrWriter): Buffer {
  const bytes = writer.done()
  bytes.writeUInt32BE(bytes.length, 0)
  return bytes
}

/** Cuts a byte stream into messages. Holds at most one message, and never more than was received. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0)
  #length = 0

  /** Takes as much as belongs to the message begun, and gives back what is left. */
  #hold(chunk: Buffer): Buffer {
    const whole = frameLength(this.#held.subarray(0, this.#length)) ?? lengthBytes
    const taken = chunk.subarray(0, whole - this.#length)
    const needed = this.#length + taken.length
    if (needed > this.#held.length) {
      // Doubling, up to the length announced: a length word alone makes nobody allocate 32 MiB.
      const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#held.length * 2, 256), Math.max(whole, needed)))
      this.#held.copy(grown, 0, 0, this.#length)
      this.#held = grown
    }
    this.#held.set(taken, this.#length)
    this.#length = needed
    return chunk.subarray(taken.length)
  }

  /** Hands over every message that is complete now, in order. Throws XdrError where the stream cannot be libvirt's;
   *  nothing after that makes sense. */
  *feed(chunk: Buffer): Generator<Frame, void> {
    let rest = chunk
    while (rest.length > 0) {
      if (this.#length === 0) {
        const whole = frameLength(rest)
        if (whole !== undefined && whole <= rest.length) {
          yield toFrame(rest.subarray(0, whole))
          rest = rest.subarray(whole)
          continue
        }
      }
      rest = this.#hold(rest)
      const whole = frameLength(this.#held.subarray(0, this.#length))
      if (whole === undefined || whole > this.#length) continue
      const frame = toFrame(this.#held.subarray(0, whole))
      this.#held = Buffer.alloc(0) // the frame keeps the old one
      this.#length = 0
      yield frame
    }
  }
}

function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < lengthBytes) return undefined
  const length = bytes.readUInt32BE(0)
  if (length < smallest || length > messageMax)
    throw new XdrError(`A message cannot be ${length} bytes long; the other side does not speak libvirt's protocol`)
  return length
}

function toFrame(bytes: Buffer): Frame {
  return {
    header: {
      program: bytes.readUInt32BE(4),
      version: bytes.readUInt32BE(8),
      procedure: bytes.readInt32BE(12),
      type: bytes.readInt32BE(16),
      serial: bytes.readUInt32BE(20),
      status: bytes.readInt32BE(24),
    },
    payload: bytes.subarray(smallest),
  }
}
