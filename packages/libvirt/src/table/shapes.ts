import { XdrError } from '../errors.ts'
import { listMax } from '../xdr/limits.ts'
import { bytes, i32, list, mapped, u32, withDefault, word, type Codec, type OutOf } from '../xdr/schema.ts'

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

/** C's `char<max>` with a NUL at its end: counted, and one whole word a character. */
export const charList = (max: number): Codec<string> => ({
  shape: { is: 'char-list', max },
  read: (from) => {
    const length = from.u32()
    if (length > max) throw new XdrError(`A text of ${length} characters is longer than the protocol's ${max}`)
    if (length * 4 > from.left) throw new XdrError(`A text of ${length} words cannot fit into ${from.left} bytes`)
    const codes = Array.from({ length }, () => from.i32() & 0xff)
    return Buffer.from(codes.at(-1) === 0 ? codes.slice(0, -1) : codes).toString('utf8')
  },
  write: (to, value) => {
    const text = Buffer.from(value, 'utf8')
    if (text.length >= max) throw new XdrError(`"${value.slice(0, 80)}" is longer than ${max - 1} bytes`)
    to.u32(text.length + 1)
    for (const code of [...text, 0]) to.i32((code << 24) >> 24) // C's char has a sign
  },
})

/** Processors as a bitmap; the first one is the least bit of the first byte. */
export const cpuMap = bytes(2048)

export const flagBits = withDefault(u32, 0)

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

export const jobType = word(['none', 'bounded', 'unbounded', 'completed', 'failed', 'cancelled'])
export const blockJobType = word(['unknown', 'pull', 'copy', 'commit', 'active-commit', 'backup'])

export const poolState = word(['inactive', 'building', 'running', 'degraded', 'inaccessible'])
export const volumeType = word(['file', 'block', 'dir', 'network', 'netdir', 'ploop'])

/** A list as libvirt counts it: the entries, and beside them the number it found. */
export const counted = <Out, In>(codec: Codec<Out, In>, max = listMax): Codec<readonly Out[], readonly In[]> => {
  const entries = list(codec, max)
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
