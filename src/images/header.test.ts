import fc from 'fast-check'
import { expect, test } from 'vitest'

import { headerBytes, imageProblem, parseImageHeader } from './header.ts'

type Qcow2 = {
  version?: number
  size?: bigint
  backing?: string
  backingAt?: bigint
  clusterBits?: number
  features?: bigint
}

function qcow2({
  version = 3,
  size = 1n << 30n,
  backing = '',
  backingAt = backing ? 200n : 0n,
  clusterBits = 16,
  features = 0n,
}: Qcow2 = {}): Buffer {
  const data = Buffer.alloc(512)
  data.write('QFI\xfb', 0, 'latin1')
  data.writeUInt32BE(version, 4)
  data.writeBigUInt64BE(backingAt, 8)
  data.writeUInt32BE(backing.length, 16)
  data.writeUInt32BE(clusterBits, 20)
  data.writeBigUInt64BE(size, 24)
  data.writeBigUInt64BE(features, 72)
  data.write(backing, 200, 'utf8')
  return data
}

test('a plain qcow2 says its size and may be used', () => {
  const header = parseImageHeader(qcow2())
  expect(header).toEqual({ format: 'qcow2', virtualBytes: 1 << 30 })
  expect(imageProblem(header, 'qcow2')).toBeUndefined()
})

test.each([
  ['a backing file', qcow2({ backing: '/etc/shadow' }), 'rests on another image (/etc/shadow)'],
  ['a backing file past the end', qcow2({ backing: 'x', backingAt: 1n << 50n }), 'outside its header'],
  ['an external data file', qcow2({ features: 0b100n }), 'in another file'],
  ['an unknown feature', qcow2({ features: 1n << 40n }), 'not known here'],
  ['absurd clusters', qcow2({ clusterBits: 63 }), 'clusters of 2^63'],
  ['an absurd size', qcow2({ size: 1n << 62n }), 'beyond 8 PiB'],
  ['a cut header', qcow2().subarray(0, 40), 'ends within its header'],
])('a qcow2 with %s is refused with the reason', (_, bytes, words) => {
  expect(imageProblem(parseImageHeader(bytes), 'qcow2')).toMatchObject({
    code: 'image_refused',
    why: expect.stringContaining(words) as string,
  })
})

test('a raw image that begins like a qcow2 is not raw, and a raw one is not qcow2', () => {
  expect(imageProblem(parseImageHeader(qcow2()), 'raw')).toMatchObject({ code: 'image_format', why: 'qcow2' })
  expect(imageProblem(parseImageHeader(Buffer.alloc(512)), 'qcow2')).toMatchObject({ code: 'image_format', why: 'raw' })
})

test('an ISO is known by its mark at 32 KiB', () => {
  const iso = Buffer.alloc(headerBytes)
  iso.write('CD001', 32_769, 'latin1')
  expect(parseImageHeader(iso)).toEqual({ format: 'iso' })
})

test('any bytes are read without a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, marked) => {
      if (marked) bytes.set(Buffer.from('QFI\xfb', 'latin1').subarray(0, bytes.length))
      expect(parseImageHeader(bytes).format).toBeTypeOf('string')
    }),
  )
})
