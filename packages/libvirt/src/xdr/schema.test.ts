import { expect, test } from 'vitest'

import { XdrError } from '../errors.ts'
import { encodeFrame } from '../framing.ts'
import { dom } from '../table/objects.ts'
import { charArray, uuid } from '../table/shapes.ts'
import { typedParams } from '../table/typed-params.ts'
import { listMax, messageMax, stringMax } from './limits.ts'
import { XdrReader } from './reader.ts'
import { i32, list, nullable, str, struct, u32, u64, withDefault, word, type AnyCodec } from './schema.ts'
import { XdrWriter } from './writer.ts'

function bytes(codec: AnyCodec, value: unknown): Buffer {
  const writer = new XdrWriter(messageMax)
  codec.write(writer, value)
  return writer.done()
}
const hex = (codec: AnyCodec, value: unknown): string => bytes(codec, value).toString('hex')

test('a string has its length first and is padded with zeros to a whole word', () => {
  expect(hex(str, 'abcde')).toBe('000000056162636465000000')
})

test('a pointer is 0, or 1 and its value', () => {
  expect(hex(nullable(u32), undefined)).toBe('00000000')
  expect(hex(nullable(u32), 7)).toBe('0000000100000007')
  expect(() => nullable(u32).read(new XdrReader(Buffer.from('0000000200000007', 'hex')))).toThrow('instead of 0 or 1')
})

test("C's char array takes a whole word a character", () => {
  expect(bytes(charArray(32), 'x86_64')).toHaveLength(128)
  expect(charArray(4).read(new XdrReader(Buffer.from('00000061000000620000000000000063', 'hex')))).toBe('ab')
})

test('a UUID is sixteen bytes, whatever its case was', () => {
  expect(hex(uuid, '6695EB01-f6a4-8304-79aa-97f2502e193f')).toBe('6695eb01f6a4830479aa97f2502e193f')
  expect(() => hex(uuid, '6695eb01')).toThrow('not a UUID')
})

test('64 bits are bigint and keep their last digit', () => {
  expect(u64.read(new XdrReader(bytes(u64, 2n ** 64n - 1n)))).toBe(18_446_744_073_709_551_615n)
})

test.each([
  [i32, 2 ** 31],
  [u32, -1],
  [u32, 1.5],
  [u32, Number.NaN],
  [u64, 2n ** 64n],
  [u64, -1n],
  [u64, 5],
  [str, 'a\0b'],
  [word(['on', 'off']), 'maybe'],
] as [AnyCodec, unknown][])('a value that does not fit is refused here and not cut off (%#)', (codec, value) => {
  expect(() => hex(codec, value)).toThrow(XdrError)
})

test('a number without a word stays readable and goes back as it came', () => {
  const power = word(['on', 'off'])
  expect(power.read(new XdrReader(Buffer.from('00000009', 'hex')))).toBe('unknown-9')
  expect(hex(power, 'unknown-9')).toBe('00000009')
})

test('an error names the field, and the field within it', () => {
  const row = struct({ vm: struct({ size: u32 }) })
  expect(() => hex(row, { vm: { size: -1 } })).toThrow('Field vm.size: -1 is not a whole number')
})

test('fields with a default may be left out', () => {
  expect(hex(struct({ flags: withDefault(u32, 3) }), {})).toBe('00000003')
  expect(bytes(dom, { name: 'a', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f' }).readInt32BE(24)).toBe(-1)
})

test("libvirt's limits are checked before anything is sent: strings, lists, messages", () => {
  expect(() => hex(str, 'x'.repeat(stringMax + 1))).toThrow('longer than the protocol')
  expect(bytes(str, 'x'.repeat(stringMax))).toHaveLength(stringMax + 4)
  expect(() =>
    hex(
      list(u32, listMax),
      Array.from({ length: listMax + 1 }, () => 1),
    ),
  ).toThrow('ask in parts')
  const text = 'x'.repeat(stringMax)
  const header = { program: 1, version: 1, procedure: 1, type: 0, serial: 1, status: 0 }
  expect(() =>
    encodeFrame(
      header,
      list(str, listMax),
      Array.from({ length: 9 }, () => text),
    ),
  ).toThrow('send less')
})

test('a list whose count cannot be true is refused without making room for it', () => {
  expect(() => list(u32, listMax).read(new XdrReader(Buffer.from('0000400000000001', 'hex')))).toThrow('cannot fit')
  expect(() => list(u32, 4).read(new XdrReader(Buffer.from('00000005', 'hex')))).toThrow('longer than')
})

test('a typed parameter keeps its type, and an unknown type is an error', () => {
  const params = [{ name: 'state.state', type: 'int', value: 1 }]
  const wire = bytes(typedParams, params)
  expect(typedParams.read(new XdrReader(wire))).toEqual(params)
  wire.writeUInt32BE(9, wire.length - 8)
  expect(() => typedParams.read(new XdrReader(wire))).toThrow('unknown type 9')
})
