import { XdrError } from '../errors.ts'
import { listMax, stringMax } from '../xdr/limits.ts'
import {
  bool,
  f64,
  i32,
  i64,
  list,
  mapped,
  nullable,
  str,
  struct,
  u32,
  u64,
  withDefault,
  word,
  type Codec,
  type OutOf,
} from '../xdr/schema.ts'

/** Sixteen bytes on the wire, lower-case 8-4-4-4-12 here. */
export const uuid: Codec<string> = {
  shape: { is: 'uuid' },
  read: (from) =>
    from
      .fixed(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  write: (to, value) => {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
      throw new XdrError(`"${value.slice(0, 80)}" is not a UUID of the form 8-4-4-4-12`)
    to.fixed(Buffer.from(value.replaceAll('-', ''), 'hex'))
  },
}

/** C's `char[length]`: one whole word a character. */
export const charArray = (length: number): Codec<string> => ({
  shape: { is: 'char-array', length },
  read: (from) => {
    const codes = Array.from({ length }, () => from.i32() & 0xff)
    const end = codes.indexOf(0)
    return Buffer.from(end < 0 ? codes : codes.slice(0, end)).toString('utf8')
  },
  write: (to, value) => {
    const text = Buffer.from(value, 'utf8')
    if (text.length >= length) throw new XdrError(`"${value}" is longer than ${length - 1} bytes`)
    for (let i = 0; i < length; i++) to.i32(text[i] ?? 0)
  },
})

/** How libvirt names a domain in a call. `id` is -1 while it does not run; a daemon finds it by `uuid` alone. */
export const dom = struct({ name: str, uuid, id: withDefault(i32, -1) })
export const pool = struct({ name: str, uuid })
export const vol = struct({ pool: str, name: str, key: str })
export const net = struct({ name: str, uuid })

export type Dom = OutOf<typeof dom>
export type Pool = OutOf<typeof pool>
export type Vol = OutOf<typeof vol>
export type Net = OutOf<typeof net>

export const flagBits = withDefault(u32, 0)

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
export const typedParams = list(typedParam, listMax)

/** Typed parameters as a plain record by name: numbers up to 32 bits as number, 64 bits as bigint. */
export function paramRecord(params: readonly TypedParam[]): Record<string, string | number | bigint | boolean> {
  return Object.fromEntries(params.map((param) => [param.name, param.value]))
}

/** The error body of a reply with status 1. */
export const errorBody = struct({
  number: i32,
  domain: i32,
  message: nullable(str),
  level: i32,
  dom: nullable(dom),
  text1: nullable(str),
  text2: nullable(str),
  text3: nullable(str),
  int1: i32,
  int2: i32,
  net: nullable(net),
})

export const domainStates = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
] as const
export const domainState = word(domainStates)
export type DomainState = OutOf<typeof domainState>

export const poolState = word(['inactive', 'building', 'running', 'degraded', 'inaccessible'])
export const volumeType = word(['file', 'block', 'dir', 'network', 'netdir', 'ploop'])

/** A list as libvirt counts it: the entries, and beside them the number it found. */
export const counted = <Out, In>(codec: Codec<Out, In>): Codec<readonly Out[], readonly In[]> => {
  const entries = list(codec, listMax)
  return {
    shape: entries.shape,
    read: (from) => {
      const found = entries.read(from)
      from.u32()
      return found
    },
    write: (to, value) => {
      entries.write(to, value)
      to.u32(value.length)
    },
  }
}

/** `true` asks for the entries and not only for their number; callers never set it. */
export const wantEntries = withDefault(
  mapped(
    i32,
    { is: 'bool' },
    (n) => n !== 0,
    (want: boolean) => (want ? 1 : 0),
  ),
  true,
)
