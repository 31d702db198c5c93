import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { Tables } from '../../db/tables.ts'

export type PoolRow = {
  readonly id: string
  readonly host: string
  readonly name: string
  readonly kind: string
  readonly state: string
  readonly target_path: string | null
  readonly capacity_bytes: number
  readonly allocation_bytes: number
  readonly available_bytes: number
  readonly own: boolean
}
export type NetworkRow = {
  readonly id: string
  readonly host: string
  readonly name: string
  readonly state: string
  readonly bridge: string | null
  readonly forward: string | null
  readonly autostart: boolean
}

/** The pools that a caller sees; `own` names Floe's. */
export const poolsQuery = (own: string, scopes: readonly string[], host?: string): RawBuilder<PoolRow> => sql`
  select pool.id, host.name as host, pool.name, pool.kind, pool.state, pool.target_path, pool.capacity_bytes, pool.allocation_bytes, pool.available_bytes,
    pool.name = ${own} as own
  from pool join host on host.id = pool.host_id where pool.scopes && ${[...scopes]}::text[] ${host ? sql`and host.name = ${host}` : sql``}`

export const networksQuery = (scopes: readonly string[], host?: string): RawBuilder<NetworkRow> => sql`
  select network.id, host.name as host, network.name, network.state, network.bridge, network.forward, network.autostart
  from network join host on host.id = network.host_id where network.scopes && ${[...scopes]}::text[] ${host ? sql`and host.name = ${host}` : sql``}`

export async function rowsByIds<Row>(
  db: Kysely<Tables>,
  query: RawBuilder<Row>,
  ids: readonly string[],
): Promise<Row[]> {
  if (ids.length === 0) return []
  return (await sql<Row>`select * from (${query}) rows where id = any (${[...ids]}::uuid[])`.execute(db)).rows
}

/** The last row of a page. */
export type Place = { readonly name: string; readonly id: string }

/** A page of a query's rows by name, with how many there are and where the page ended, if it did not end with the last. */
export async function pageOf<Row extends Place>(
  db: Kysely<Tables>,
  query: RawBuilder<Row>,
  { after, limit }: { readonly after: Place | undefined; readonly limit: number },
): Promise<{ readonly rows: readonly Row[]; readonly total: number; readonly end: Place | undefined }> {
  const [{ rows }, count] = await Promise.all([
    sql<Row>`select * from (${query}) rows where ${after ? sql`(name, id::text) > (${after.name}, ${after.id})` : sql`true`}
      order by name, id::text limit ${limit + 1}`.execute(db),
    sql<{ count: number }>`select count(*) as count from (${query}) rows`.execute(db),
  ])
  const shown = rows.slice(0, limit)
  return { rows: shown, total: count.rows[0]!.count, end: rows.length > limit ? shown.at(-1) : undefined }
}
