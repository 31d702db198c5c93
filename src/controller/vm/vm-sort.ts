import { sql, type RawBuilder } from 'kysely'

/** What lists of VMs are sorted by, and how the key of a row stands in a page's cursor. Milliseconds, because that is
 *  what a cursor carries of a time. */
const sorts = {
  name: { by: sql`v.name_key`, type: 'text', isKey: /^/ },
  state: { by: sql`v.state`, type: 'text', isKey: /^/ },
  memory: { by: sql`v.memory_mib`, type: 'bigint', isKey: /^\d{1,16}$/ },
  vcpus: { by: sql`v.vcpus`, type: 'integer', isKey: /^\d{1,9}$/ },
  created: {
    by: sql`date_trunc('milliseconds', v.created_at)`,
    type: 'timestamptz',
    isKey: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  },
} as const
export type Sort = keyof typeof sorts

/** The last row of a page: its key in the order, its name and its id. */
export type After = { readonly key: string; readonly name: string; readonly id: string }
type Sorted = {
  readonly name_key: string
  readonly state: string
  readonly memory_mib: number
  readonly vcpus: number
  readonly created_at: Date
}

export const sortBy = (sort: Sort): RawBuilder<unknown> => sorts[sort].by

/** True for the rows that come after it, as SQL. */
export function isAfter(sort: Sort, down: boolean, { key, name, id }: After): RawBuilder<unknown> {
  const { by, type } = sorts[sort]
  return sql`(${by}, v.name_key, v.id) ${down ? sql`<` : sql`>`} (${key}::${sql.raw(type)}, ${name}, ${id}::uuid)`
}

export const sortKey = (row: Sorted, sort: Sort): string =>
  ({
    name: row.name_key,
    state: row.state,
    memory: String(row.memory_mib),
    vcpus: String(row.vcpus),
    created: row.created_at.toISOString(),
  })[sort]

/** Whether a cursor's key can be one of this order: cursors come from outside. */
export const isSortKey = (sort: Sort, key: string): boolean => sorts[sort].isKey.test(key)
