import { sql, type Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Change } from '../../api/resources/change.ts'
import { isUuid, type HostId, type VmId } from '../../base/ids.ts'
import { lastRevision } from '../../db/append-changes.ts'
import { asScopes } from '../../db/scopes.ts'
import type { AuthorKind, Tables } from '../../db/tables.ts'
import { taskNumbers, toChange } from './to-change.ts'

export type ChangeFilter = {
  /** Id or name; a VM that is gone is found by both. */
  readonly vm?: string | undefined
  readonly host?: string | undefined
  readonly author?: AuthorKind | undefined
  /** `vm.started`, or `vm` for all of a noun. */
  readonly kind?: string | undefined
  /** With the steps and the progress of tasks, which would drown the rest. */
  readonly steps?: boolean | undefined
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export type ChangePage = { readonly items: Change[]; readonly next: string | null; readonly revision: number }

/** One page of the changes that `scopes` may see, newest first. Keyset by revision. */
export async function listChanges(
  db: Kysely<Tables>,
  scopes: readonly string[],
  filter: ChangeFilter,
): Promise<ChangePage> {
  const limit = Math.min(filter.limit ?? 100, 500)
  const before = filter.after === undefined ? undefined : cursor(filter.after)
  // Read first: a change that comes meanwhile is told again by the stream, but none is missed.
  const revision = await lastRevision(db)
  let query = db
    .selectFrom('change')
    .selectAll()
    .where('scopes', '&&', asScopes(scopes))
    .orderBy('revision', 'desc')
    .limit(limit + 1)
  if (before !== undefined) query = query.where('revision', '<', before)
  if (filter.author !== undefined) query = query.where('author_kind', '=', filter.author)
  if (filter.steps !== true && filter.kind === undefined) query = query.where(worthTelling)
  if (filter.kind?.includes('.')) query = query.where('kind', '=', filter.kind)
  else if (filter.kind !== undefined) query = query.where('kind', 'like', `${filter.kind.replaceAll(/[%_\\]/g, '')}.%`)
  const { vm, host } = filter
  if (vm !== undefined) {
    query = isUuid(vm)
      ? query.where('vm_id', '=', vm as VmId)
      : query.where('vm_id', 'in', db.selectFrom('vm').select('id').where('name', '=', vm))
  }
  if (host !== undefined) {
    query = isUuid(host)
      ? query.where('host_id', '=', host as HostId)
      : query.where('host_id', 'in', db.selectFrom('host').select('id').where('name', '=', host))
  }
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const numbers = await taskNumbers(db, page)
  return {
    items: page.map((row) => toChange(row, numbers.get(row.task_id ?? '') ?? null)),
    next: rows.length > limit ? String(page.at(-1)!.revision) : null,
    revision,
  }
}

/** What a task changed is told by the changes it made; of the task itself only an end that was not good. */
const worthTelling = sql<boolean>`(kind not like 'task.%' or (kind = 'task.ended' and after ->> 'state' <> 'done'))`

function cursor(after: string): number {
  const revision = Number(after)
  if (/^\d{1,16}$/.test(after) && Number.isSafeInteger(revision)) return revision
  throw apiError('not_valid', { field: 'after', why: 'must be the "next" of the page before' })
}
