import * as fc from 'fast-check'

import { lifecycleWords, type DomainLifecycle } from '../table/events.ts'
import { dom } from '../table/objects.ts'
import type { AnyCodec } from '../xdr/schema.ts'

const i32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const f64 = fc.double({ noNaN: true })
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', ''))
/** Well-formed on the wire and not NUL: a lone surrogate has no UTF-8. */
const wellFormed = text.map((value) => value.toWellFormed())

const typedValue = fc.oneof(
  fc.record({ type: fc.constant('int'), value: i32 }),
  fc.record({ type: fc.constant('uint'), value: u32 }),
  fc.record({ type: fc.constant('llong'), value: i64 }),
  fc.record({ type: fc.constant('ullong'), value: u64 }),
  fc.record({ type: fc.constant('double'), value: f64 }),
  fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
  fc.record({ type: fc.constant('string'), value: wellFormed }),
)

/** Any value that a codec of the table can carry, made from the layout itself. */
export function arbitraryOf({ shape }: AnyCodec): fc.Arbitrary<unknown> {
  switch (shape.is) {
    case 'i32':
      return i32
    case 'u32':
      return u32
    case 'i64':
      return i64
    case 'u64':
      return u64
    case 'f64':
      return f64
    case 'bool':
      return fc.boolean()
    case 'text':
      return wellFormed
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value))
    case 'uuid':
      return fc.uuid()
    case 'typed-param':
      return fc.tuple(wellFormed, typedValue).map(([name, value]) => ({ name, ...value }))
    case 'char-array':
      return fc.string({ maxLength: shape.length - 1 }).map((value) => value.replaceAll('\0', ''))
    case 'char-list':
      return fc.string({ maxLength: Math.min(shape.max - 1, 40) }).map((value) => value.replaceAll('\0', ''))
    case 'string-flags':
      return u32.map((value) => (value & ~4) >>> 0) // the bit that is always set
    case 'words':
      return fc.oneof(
        fc.constantFrom(...shape.words),
        fc.integer({ min: 100, max: 999 }).map((n) => `unknown-${n}`),
      )
    case 'nullable':
      return fc.option(arbitraryOf(shape.of), { nil: undefined })
    case 'list':
      return fc.array(arbitraryOf(shape.of), { maxLength: Math.min(shape.max, 5) })
    case 'struct':
      return fc.record(
        Object.fromEntries(Object.entries(shape.fields).map(([name, codec]) => [name, arbitraryOf(codec)])),
      )
    case 'domain-lifecycle': {
      const pairs = Object.entries(lifecycleWords) as [DomainLifecycle, readonly string[]][]
      const words = pairs.flatMap(([event, details]) => details.map((detail) => ({ event, detail })))
      return fc
        .tuple(arbitraryOf(dom), fc.constantFrom(...words, { event: 'unknown-77', detail: 'unknown-3' }))
        .map(([dom, word]) => ({ dom, ...word }))
    }
    default:
      throw new Error(`No arbitrary for ${JSON.stringify(shape satisfies never)}`)
  }
}
