import { XdrError } from '../errors.ts'
import { stringMax } from './limits.ts'
import type { XdrReader } from './reader.ts'
import type { XdrWriter } from './writer.ts'

/** The layout as plain data, for whoever walks over it (generated tests, documents). */
export type Shape =
  | { readonly is: 'i32' | 'u32' | 'i64' | 'u64' | 'f64' | 'bool' | 'text' | 'bytes' | 'uuid' | 'typed-param' }
  | { readonly is: 'char-array'; readonly length: number }
  | { readonly is: 'char-list'; readonly max: number }
  | { readonly is: 'string-flags' }
  | { readonly is: 'words'; readonly words: readonly string[] }
  | { readonly is: 'nullable'; readonly of: AnyCodec }
  | { readonly is: 'list'; readonly of: AnyCodec; readonly max: number }
  | { readonly is: 'struct'; readonly fields: Fields }
  | { readonly is: 'domain-lifecycle' }

/** One field's layout: how it is read, how it is written, and (by inference) its type on both ways.
 *  `absent` is what stands for a field that the caller left out. */
export type Codec<Out, In = Out> = {
  readonly shape: Shape
  readonly read: (from: XdrReader) => Out
  readonly write: (to: XdrWriter, value: In) => void
  readonly absent?: { readonly value: In }
}

export type Optional<Out, In = Out> = Codec<Out, In> & { readonly absent: { readonly value: In } }

// oxlint-disable-next-line typescript/no-explicit-any -- variance: any codec at all
export type AnyCodec = Codec<any, any>
export type OutOf<C> = C extends Codec<infer Out, infer _> ? Out : never
export type InOf<C> = C extends Codec<infer _, infer In> ? In : never

export type Fields = Readonly<Record<string, AnyCodec>>
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K] extends { readonly absent: unknown } ? K : never }[keyof F]
export type StructOut<F extends Fields> = { readonly [K in keyof F]: OutOf<F[K]> }
export type StructIn<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: InOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: InOf<F[K]> | undefined
}

export const i32: Codec<number> = {
  shape: { is: 'i32' },
  read: (from) => from.i32(),
  write: (to, value) => to.i32(whole(value, -(2 ** 31), 2 ** 31 - 1)),
}
export const u32: Codec<number> = {
  shape: { is: 'u32' },
  read: (from) => from.u32(),
  write: (to, value) => to.u32(whole(value, 0, 2 ** 32 - 1)),
}
export const i64: Codec<bigint> = {
  shape: { is: 'i64' },
  read: (from) => from.i64(),
  write: (to, value) => to.i64(big(value, -(2n ** 63n), 2n ** 63n - 1n)),
}
export const u64: Codec<bigint> = {
  shape: { is: 'u64' },
  read: (from) => from.u64(),
  write: (to, value) => to.u64(big(value, 0n, 2n ** 64n - 1n)),
}
export const f64: Codec<number> = {
  shape: { is: 'f64' },
  read: (from) => from.f64(),
  write: (to, value) => to.f64(value),
}
/** C's int as a truth value: anything but 0 is true. */
export const bool: Codec<boolean> = {
  shape: { is: 'bool' },
  read: (from) => from.i32() !== 0,
  write: (to, value) => to.i32(value ? 1 : 0),
}
export const str: Codec<string> = text(stringMax)

function text(max: number): Codec<string> {
  return { shape: { is: 'text' }, read: (from) => from.string(max), write: (to, value) => to.string(value, max) }
}

/** Opaque bytes of any length up to `max`. What is read is a view of the message, not a copy. */
export const bytes = (max: number): Codec<Buffer, Uint8Array> => ({
  shape: { is: 'bytes' },
  read: (from) => from.counted(max, 'byte string'),
  write: (to, value) => to.counted(value, max, 'byte string'),
})

/** A field that has a value when the caller gives none: flags are 0. */
export function withDefault<Out, In>(codec: Codec<Out, In>, value: In): Optional<Out, In> {
  return { ...codec, absent: { value } }
}

/** libvirt's pointer: a word 0 or 1, then the value. */
export function nullable<Out, In>(codec: Codec<Out, In>): Optional<Out | undefined, In | undefined> {
  return {
    shape: { is: 'nullable', of: codec },
    read: (from) => (pointer(from.u32()) ? codec.read(from) : undefined),
    write: (to, value) => {
      to.u32(value === undefined ? 0 : 1)
      if (value !== undefined) codec.write(to, value)
    },
    absent: { value: undefined },
  }
}

export function list<Out, In>(codec: Codec<Out, In>, max: number): Codec<readonly Out[], readonly In[]> {
  return {
    shape: { is: 'list', of: codec, max },
    read: (from) => {
      const count = from.u32()
      if (count > max) throw new XdrError(`A list of ${count} entries is longer than the protocol's ${max}`)
      // Every entry takes at least 4 bytes: a count that cannot be true allocates nothing.
      if (count * 4 > from.left) throw new XdrError(`A list of ${count} entries cannot fit into ${from.left} bytes`)
      return Array.from({ length: count }, () => codec.read(from))
    },
    write: (to, values) => {
      if (values.length > max)
        throw new XdrError(`A list of ${values.length} entries is longer than the protocol's ${max}; ask in parts`)
      to.u32(values.length)
      for (const value of values) codec.write(to, value)
    },
  }
}

export function struct<const F extends Fields>(fields: F): Codec<StructOut<F>, StructIn<F>> {
  const entries = Object.entries(fields)
  return {
    shape: { is: 'struct', fields },
    read: (from) => {
      const out: Record<string, unknown> = {}
      for (const [name, codec] of entries) out[name] = codec.read(from)
      return out as StructOut<F>
    },
    write: (to, value) => {
      for (const [name, codec] of entries) {
        const given = (value as Readonly<Record<string, unknown>>)[name] ?? codec.absent?.value
        try {
          codec.write(to, given)
        } catch (error) {
          throw XdrError.inField(name, error)
        }
      }
    },
  }
}

/** The same bytes seen as another value: numbers as libvirt's words, 16 bytes as a UUID. */
export function mapped<Out, In, WireOut, WireIn>(
  codec: Codec<WireOut, WireIn>,
  shape: Shape,
  to: (wire: WireOut) => Out,
  back: (value: In) => WireIn,
): Codec<Out, In> {
  return { shape, read: (from) => to(codec.read(from)), write: (target, value) => codec.write(target, back(value)) }
}

/** A number that libvirt has a word for; a number newer than this table is kept as `unknown-N`. */
export type Word<W extends string> = W | `unknown-${number}`

export function word<const W extends string>(words: readonly W[]): Codec<Word<W>> {
  return mapped(
    i32,
    { is: 'words', words },
    (number): Word<W> => words[number] ?? `unknown-${number}`,
    (value) => numberOf(words, value),
  )
}

export function numberOf(words: readonly string[], value: string): number {
  const at = words.indexOf(value)
  if (at >= 0) return at
  const number = /^unknown-(-?\d+)$/.exec(value)?.[1]
  if (number === undefined) throw new XdrError(`"${value}" is none of ${words.join(', ')}`)
  return Number(number)
}

function pointer(word: number): boolean {
  if (word > 1) throw new XdrError(`A pointer's word is ${word} instead of 0 or 1`)
  return word === 1
}

function whole(value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new XdrError(`${String(value)} is not a whole number from ${min} to ${max}`)
  return value
}

function big(value: bigint, min: bigint, max: bigint): bigint {
  if (typeof value !== 'bigint' || value < min || value > max)
    throw new XdrError(`${String(value)} is not a bigint from ${min} to ${max}`)
  return value
}
