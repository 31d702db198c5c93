import { describe, expect, test } from 'vitest'

import { encodeRawFrame, messageStatus, messageType, type Frame } from '../framing.ts'
import { recordedFrames } from '../test/fixtures.ts'
import { messageMax } from '../xdr/limits.ts'
import { XdrReader } from '../xdr/reader.ts'
import { i32, struct, type AnyCodec } from '../xdr/schema.ts'
import { XdrWriter } from '../xdr/writer.ts'
import { calls, procedureNames, type ProcedureName } from './calls.ts'
import { errorBody } from './error-body.ts'
import { eventKinds, eventRow, type EventKind } from './events.ts'
import { streamHole } from './stream-hole.ts'

const frames = recordedFrames()

function layout(name: string, { header }: Frame): AnyCodec {
  if (header.status === messageStatus.error) return errorBody
  if (header.type === messageType.message) {
    const row = eventRow(name as EventKind)
    const prefix = row.reasonFirst ? struct({ callback: i32, reason: i32 }) : struct({ callback: i32 })
    return both(prefix, row.codec)
  }
  if (header.type === messageType.hole) return streamHole
  const row = calls[name as ProcedureName]
  return header.type === messageType.call ? row.argsCodec : row.retCodec
}

const both = (first: AnyCodec, second: AnyCodec): AnyCodec => ({
  shape: { is: 'bytes' },
  read: (from) => ({ first: first.read(from) as unknown, second: second.read(from) as unknown }),
  write: (to, value: { first: unknown; second: unknown }) => {
    first.write(to, value.first)
    second.write(to, value.second)
  },
})

describe('what virsh and a real libvirtd said to each other', () => {
  test.each([...procedureNames, ...eventKinds])(
    '%s is read to its last byte and written again to the same bytes',
    (name) => {
      for (const { frame, bytes, name: recorded } of frames) {
        if (recorded !== name) continue
        const codec = layout(name, frame)
        const reader = new XdrReader(frame.payload)
        const value: unknown = codec.read(reader)
        expect(reader.left).toBe(0)
        const writer = new XdrWriter(messageMax)
        codec.write(writer, value)
        expect(encodeRawFrame(frame.header, writer.done()).toString('hex')).toBe(bytes.toString('hex'))
      }
      expect(frames.length).toBeGreaterThan(1000)
    },
  )
})
