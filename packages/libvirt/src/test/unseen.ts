import { messageStatus, messageType } from '../framing.ts'
import { calls, type ProcedureName } from '../table/calls.ts'
import { XdrReader } from '../xdr/reader.ts'
import type { AnyCodec } from '../xdr/schema.ts'
import { recordedFrames } from './fixtures.ts'

const replies = Map.groupBy(
  recordedFrames().filter(
    ({ frame: { header } }) => header.type === messageType.reply && header.status === messageStatus.ok,
  ),
  ({ name }) => name,
)

/** What no recorded answer to a call had: a list without an entry and a pointer without a value say nothing about the
 *  layout of what they may hold. Paths such as `leases[].hostname?`. */
export function unseenInAnswers(name: ProcedureName): readonly string[] {
  const seen = new Map<string, boolean>()
  const { retCodec } = calls[name]
  for (const { frame } of replies.get(name) ?? []) look(retCodec, retCodec.read(new XdrReader(frame.payload)), '', seen)
  return [...seen].filter(([, filled]) => !filled).map(([path]) => path)
}

function look({ shape }: AnyCodec, value: unknown, path: string, seen: Map<string, boolean>): void {
  const note = (at: string, filled: boolean): void => void seen.set(at, filled || seen.get(at) === true)
  if (shape.is === 'nullable') {
    note(`${path}?`, value !== undefined)
    if (value !== undefined) look(shape.of, value, path, seen)
  } else if (shape.is === 'list') {
    const entries = value as readonly unknown[]
    note(`${path}[]`, entries.length > 0)
    for (const entry of entries) look(shape.of, entry, `${path}[]`, seen)
  } else if (shape.is === 'struct') {
    const fields = value as Readonly<Record<string, unknown>>
    for (const [field, codec] of Object.entries(shape.fields))
      look(codec, fields[field], path === '' ? field : `${path}.${field}`, seen)
  }
}
