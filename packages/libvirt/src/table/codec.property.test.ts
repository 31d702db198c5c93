import assert from 'node:assert/strict'

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { XdrError } from '../errors.ts'
import { encodeFrame, encodeRawFrame, FrameReader } from '../framing.ts'
import { arbitraryOf } from '../test/arbitrary.ts'
import { messageMax } from '../xdr/limits.ts'
import { XdrReader } from '../xdr/reader.ts'
import type { AnyCodec } from '../xdr/schema.ts'
import { XdrWriter } from '../xdr/writer.ts'
import { calls, procedureNames } from './calls.ts'
import { errorBody } from './error-body.ts'
import { eventKinds, eventRow } from './events.ts'
import { streamHole } from './stream-hole.ts'

const codecs: readonly (readonly [string, AnyCodec])[] = [
  ...procedureNames.flatMap((name) => [
    [`${name} args`, calls[name].argsCodec] as const,
    [`${name} ret`, calls[name].retCodec] as const,
  ]),
  ...eventKinds.map((kind) => [`event ${kind}`, eventRow(kind).codec] as const),
  ['error', errorBody],
  ['hole of a stream', streamHole],
]

/** "holds", or the counter-example. */
function verdict<T>(property: fc.IProperty<T>, numRuns = 30): string {
  const result = fc.check(property, { numRuns })
  return result.failed ? (fc.defaultReportMessage(result) ?? 'fails') : 'holds'
}

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

/** Is it a value or an XdrError? Any other error fails the property. */
function refused(run: () => unknown): boolean {
  try {
    run()
    return false
  } catch (error) {
    if (error instanceof XdrError) return true
    throw error
  }
}

describe.each(codecs)('%s', (_name, codec) => {
  test('comes back as it went, and is a whole number of words', () => {
    const property = fc.property(arbitraryOf(codec), (value) => {
      const bytes = encode(codec, value)
      assert.equal(bytes.length % 4, 0)
      assert.deepEqual(plain(decode(codec, bytes)), plain(value))
      assert.deepEqual(encode(codec, decode(codec, bytes)), bytes)
    })
    expect(verdict(property)).toBe('holds')
  })

  test('cut short anywhere is a typed error', () => {
    const property = fc.property(arbitraryOf(codec), fc.nat(), (value, cut) => {
      const bytes = encode(codec, value)
      return bytes.length === 0 || refused(() => decode(codec, bytes.subarray(0, cut % bytes.length)))
    })
    expect(verdict(property)).toBe('holds')
  })

  test('random bytes, and a valid message with one word changed, are a value or a typed error', () => {
    const property = fc.property(
      arbitraryOf(codec),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(),
      (value, noise, at) => {
        refused(() => decode(codec, Buffer.from(noise)))
        const bytes = Buffer.from(encode(codec, value))
        if (bytes.length >= 4) bytes.writeUInt32BE(0xffff_fff0, (at % (bytes.length / 4)) * 4)
        refused(() => decode(codec, bytes))
      },
    )
    expect(verdict(property)).toBe('holds')
  })
})

const anyFrame = fc
  .tuple(fc.constantFrom(...codecs), fc.nat())
  .chain(([[, codec], serial]) => fc.tuple(fc.constant(codec), arbitraryOf(codec), fc.constant(serial)))
  .map(([codec, value, serial]) =>
    encodeFrame({ program: 1, version: 1, procedure: 7, type: 1, serial, status: 0 }, codec, value),
  )

describe('the byte stream', () => {
  test('gives the same messages however it is cut, one byte at a time too', () => {
    const property = fc.property(
      fc.array(anyFrame, { maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (frames, size) => {
        const all = Buffer.concat(frames)
        for (const step of [1, size, all.length || 1]) {
          const reader = new FrameReader()
          const got: Buffer[] = []
          for (let at = 0; at < all.length; at += step)
            for (const { header, payload } of reader.feed(all.subarray(at, at + step)))
              got.push(encodeRawFrame(header, payload))
          assert.deepEqual(got, frames)
        }
      },
    )
    expect(verdict(property, 60)).toBe('holds')
  })

  test('random bytes give frames, wait for more, or fail with a typed error', () => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
      const reader = new FrameReader()
      chunks.some((chunk) => refused(() => [...reader.feed(Buffer.from(chunk))]))
    })
    expect(verdict(property, 300)).toBe('holds')
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
      return { reader, frames: [...reader.feed(head)] }
    })
    expect(readers.flatMap(({ frames }) => frames)).toEqual([])
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })
})

/** fast-check makes records without a prototype. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? 'null')
