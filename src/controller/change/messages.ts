import type { Kysely } from 'kysely'

import type { StreamChange } from '../../api/resources/change.ts'
import type { Row, Tables } from '../../db/tables.ts'
import type { RowKind, RowsFor } from './rows-for.ts'
import { taskNumbers, toChange } from './to-change.ts'

/** One message of the stream, ready to be sent. */
export type Message = { readonly revision: number; readonly text: string }

export const eventText = (event: string, data: unknown, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

export const beat = ': beat\n\n'

const rowKinds: readonly RowKind[] = ['vm', 'host', 'task', 'pool', 'network']

/** The messages of a batch as one set of scopes sees them: made once, however many streams there are. */
export async function messagesOf(
  { db, rowsFor }: { readonly db: Kysely<Tables>; readonly rowsFor: RowsFor },
  batch: readonly Row<'change'>[],
  scopes: readonly string[],
): Promise<Message[]> {
  const seen = batch.filter((row) => row.scopes.some((scope) => scopes.includes(scope)))
  if (seen.length === 0) return []
  const idsOf = (kind: RowKind): string[] => [
    ...new Set(seen.filter((row) => row.object_kind === kind).map((row) => row.object_id)),
  ]
  const ids = {
    vm: idsOf('vm'),
    host: idsOf('host'),
    task: idsOf('task'),
    pool: idsOf('pool'),
    network: idsOf('network'),
  }
  const [rows, numbers] = await Promise.all([rowsFor(ids, scopes), taskNumbers(db, seen)])
  return seen.map((row) => {
    const change = toChange(row, numbers.get(row.task_id ?? '') ?? null)
    const kind = rowKinds.find((one) => one === row.object_kind)
    const now = kind && rows[kind].get(row.object_id)
    const message: StreamChange = { change, ...(now !== undefined && { [kind!]: now }) }
    return { revision: row.revision, text: eventText('change', message, row.revision) }
  })
}
