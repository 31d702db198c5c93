import type { Kysely } from 'kysely'

import type { Change } from '../../api/resources/change.ts'
import type { ObjectRef } from '../../api/resources/task.ts'
import type { TaskId } from '../../base/ids.ts'
import { isRecord, type Json } from '../../base/json.ts'
import type { Row, Tables } from '../../db/tables.ts'

/** A row of the change table as the API shows it. `taskNumber`: people's name of `task_id`. */
export function toChange(row: Row<'change'>, taskNumber: number | null): Change {
  const object = objectOf(row)
  return {
    revision: row.revision,
    at: row.at.toISOString(),
    kind: row.kind,
    object,
    author: { kind: row.author_kind, name: row.author ?? row.author_kind },
    task: taskNumber,
    title: row.title,
    differences: differencesOf(row.details),
  }
}

const kinds: ReadonlySet<string> = new Set(['vm', 'host', 'pool', 'volume', 'network', 'account', 'task'])

function objectOf(row: Row<'change'>): ObjectRef | null {
  if (!kinds.has(row.object_kind) || row.object_id === '') return null
  return { kind: row.object_kind as ObjectRef['kind'], id: row.object_id, name: row.object_name }
}

function differencesOf(details: Json | null): Change['differences'] {
  const list = isRecord(details) ? details['differences'] : undefined
  if (!Array.isArray(list)) return []
  return list.filter(isRecord).map((one) => ({
    field: textOf(one['field']) ?? '',
    path: textOf(one['path']) ?? '',
    before: textOf(one['before']),
    after: textOf(one['after']),
  }))
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Numbers of the tasks that the rows name, in one query. */
export async function taskNumbers(
  db: Kysely<Tables>,
  rows: readonly Row<'change'>[],
): Promise<ReadonlyMap<string, number>> {
  const ids = [...new Set(rows.map((row) => row.task_id).filter((id): id is TaskId => id !== null))]
  if (ids.length === 0) return new Map()
  const found = await db.selectFrom('task').select(['id', 'number']).where('id', 'in', ids).execute()
  return new Map(found.map((row) => [row.id, row.number]))
}
