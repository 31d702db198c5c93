import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { XdrError } from '../errors.ts'
import { encodeFrame, FrameReader, type Frame } from '../framing.ts'
import { calls, procedureNames } from '../table/calls.ts'
import { eventKinds, eventRow } from '../table/events.ts'
import { errorBody } from '../table/shapes.ts'
import { messageMax } from '../xdr/limits.ts'
import { XdrReader } from '../xdr/reader.ts'
import type { AnyCodec } from '../xdr/schema.ts'
import { XdrWriter } from '../xdr/writer.ts'
import { arbitraryOf } from './arbitrary.ts'

const codecs: readonly (readonly [string, AnyCodec])[] = [
  ...procedureNames.flatMap((name) => [
    [`${name} args`, calls[name].argsCodec] as const,
    [`${name} ret`, calls[name].retCodec] as const,
  ]),
  ...eventKinds.map((kind) => [`event ${kind}`, eventRow(kind).codec] as const),
  ['error', errorBody],
]
const runs = { numRuns: 30 }

function encode(codec: AnyCodec, value: unknown): Buffer {
  const writer = new XdrWriter(messageMax)
  codec.write(writer, value)
  return writer.done()
}

function decode(codec: AnyCodec, bytes: Buffer): unknown {
  const reader = new XdrReader(bytes)
  const value: unknown = codec.read(reader)
  reader.end()
  return value
}

/** The value, or the XdrError; any other error fails the test. */
function typed(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    expect(error).toBeInstanceOf(XdrError)
    return error
  }
}

describe.each(codecs)('%s', (_name, codec) => {
  test('comes back as it went, and is a whole number of words', () => {
    fc.assert(
      fc.property(arbitraryOf(codec), (value) => {
        const bytes = encode(codec, value)
        expect(bytes.length % 4).toBe(0)
        expect(decode(codec, bytes)).toEqual(value)
        expect(encode(codec, decode(codec, bytes))).toEqual(bytes)
      }),
      runs,
    )
  })

  test('cut short anywhere is a typed error', () => {
    fc.assert(
      fc.property(arbitraryOf(codec), fc.nat(), (value, cut) => {
        const bytes = encode(codec, value)
        if (bytes.length > 0) expect(() => decode(codec, bytes.subarray(0, cut % bytes.length))).toThrow(XdrError)
      }),
      runs,
    )
  })

  test('random bytes, and a valid message with one word changed, are a value or a typed error', () => {
    fc.assert(
      fc.property(arbitraryOf(codec), fc.uint8Array({ maxLength: 200 }), fc.nat(), (value, noise, at) => {
        typed(() => decode(codec, Buffer.from(noise)))
        const bytes = Buffer.from(encode(codec, value))
        if (bytes.length >= 4) bytes.writeUInt32BE(0xffff_fff0, (at % (bytes.length / 4)) * 4)
        typed(() => decode(codec, bytes))
      }),
      runs,
    )
  })
})

const anyFrame = fc
  .tuple(fc.constantFrom(...codecs), fc.nat())
  .chain(([[, codec], serial]) => fc.tuple(fc.constant(codec), arbitraryOf(codec), fc.constant(serial & 0x7fff_ffff)))
  .map(([codec, value, serial]) =>
    encodeFrame({ program: 1, version: 1, procedure: 7, type: 1, serial, status: 0 }, codec, value),
  )

describe('the byte stream', () => {
  test('gives the same messages however it is cut, one byte at a time too', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (frames, size) => {
        const all = Buffer.concat(frames)
        for (const step of [1, size, all.length || 1]) {
          const reader = new FrameReader()
          const got: Frame[] = []
          for (let at = 0; at < all.length; at += step) got.push(...reader.feed(all.subarray(at, at + step)))
          expect(got.map(({ header, payload }) => encodeAgain(header, payload))).toEqual(frames)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('random bytes give frames, wait for more, or fail with a typed error', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        const reader = new FrameReader()
        for (const chunk of chunks) {
          if (typed(() => [...reader.feed(Buffer.from(chunk))]) instanceof XdrError) return
        }
      }),
      { numRuns: 300 },
    )
  })

  test.each([0, 27, messageMax + 1, 0xffff_ffff])(
    'a length of %i is refused before anything is allocated',
    (length) => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(length)
      expect(() => [...new FrameReader().feed(head)]).toThrow(XdrError)
    },
  )

  test('a length word alone, however big, does not allocate what it announces', () => {
    const head = Buffer.alloc(64)
    head.writeUInt32BE(messageMax)
    const before = process.memoryUsage().arrayBuffers
    const readers = Array.from({ length: 50 }, () => {
      const reader = new FrameReader()
      for (const frame of reader.feed(head))
        throw new Error(`an unfinished message was given out: ${frame.payload.length}`)
      return reader
    })
    expect(readers).toHaveLength(50)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })
})

function encodeAgain(header: Frame['header'], payload: Buffer): Buffer {
  const raw: AnyCodec = { shape: { is: 'bytes' }, read: () => undefined, write: (to) => to.raw(payload) }
  return encodeFrame(header, raw, undefined)
}
