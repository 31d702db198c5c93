import { XdrError } from '../errors.ts'
import { stringMax } from '../xdr/limits.ts'
import { bool, f64, i32, i64, list, mapped, str, u32, u64, withDefault, type Codec, type OutOf } from '../xdr/schema.ts'

const typedValues = {
  int: i32,
  uint: u32,
  llong: i64,
  ullong: u64,
  double: f64,
  boolean: bool,
  string: str,
} as const
type TypedValues = typeof typedValues
type ParamType = keyof TypedValues
/** A value that says its own type; the daemon refuses another type than it expects. */
export type TypedValue = { [T in ParamType]: { readonly type: T; readonly value: OutOf<TypedValues[T]> } }[ParamType]
export type TypedParam = { readonly name: string } & TypedValue

/** On the wire the types are numbered from 1. */
const paramTypes = Object.keys(typedValues) as ParamType[]

const typedParam: Codec<TypedParam> = {
  shape: { is: 'typed-param' },
  read: (from) => {
    const name = from.string(stringMax)
    const number = from.i32()
    const type = paramTypes[number - 1]
    if (type === undefined) throw new XdrError(`Parameter ${name} has the unknown type ${number}`)
    return { name, type, value: typedValues[type].read(from) } as TypedParam
  },
  write: (to, param) => {
    to.string(param.name, stringMax)
    to.i32(paramTypes.indexOf(param.type) + 1)
    ;(typedValues[param.type] as Codec<unknown>).write(to, param.value)
  },
}
/** `max` is the protocol's own bound for the call. */
export const typedParamsUpTo = (max: number): Codec<readonly TypedParam[]> => list(typedParam, max)
/** The most that a record of bulk statistics may have. */
export const typedParams = typedParamsUpTo(262_144)

/** Flags of a call that answers typed parameters: they always say that this side understands strings, without which
 *  a daemon leaves every string out and says nothing (seen on 9.0.0: 19 of 20 parameters of block I/O tuning). */
const stringsUnderstood = 4
export const stringFlags = withDefault(
  mapped(
    u32,
    { is: 'string-flags' },
    (bits) => (bits & ~stringsUnderstood) >>> 0,
    (bits: number) => (bits | stringsUnderstood) >>> 0,
  ),
  0,
)

/** Typed parameters as a plain record by name: numbers up to 32 bits as number, 64 bits as bigint. */
export function paramRecord(params: readonly TypedParam[]): Record<string, string | number | bigint | boolean> {
  return Object.fromEntries(params.map((param) => [param.name, param.value]))
}
