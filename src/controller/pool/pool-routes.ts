import { sql } from 'kysely'

import type { Network, Pool, Volume } from '../../api/resources/host.ts'
import { handler, type Handler } from '../http/handler.ts'
import { isTexts, newestRevision, readCursor, toCursor } from '../page/page.ts'
import type { World } from '../world.ts'

type PoolRow = {
  id: string
  host: string
  name: string
  kind: string
  state: string
  target_path: string | null
  capacity_bytes: number
  allocation_bytes: number
  available_bytes: number
  own: boolean
}
type VolumeRow = {
  id: string
  host: string
  pool: string
  name: string
  path: string
  format: string | null
  kind: string
  capacity_bytes: number
  allocation_bytes: number
  used_by: string[]
}
type NetworkRow = {
  id: string
  host: string
  name: string
  state: string
  bridge: string | null
  forward: string | null
  autostart: boolean
}

const after = (cursor: string | undefined) => {
  const at = readCursor(cursor, isTexts(2))
  return at ? { name: at[0]!, id: at[1]! } : undefined
}

/** A page's rows with the cursor of the next: `rows` holds one more than was asked where there is one. */
function page<R extends { readonly id: string; readonly name: string }>(
  rows: readonly R[],
  limit: number,
): { rows: readonly R[]; next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > limit && last ? toCursor([last.name, last.id]) : null }
}

/** Pools, volumes and networks: libvirt's, only read. */
export function inventoryHandlers(world: World): Handler[] {
  const { db } = world
  const total = async (from: ReturnType<typeof sql>): Promise<number> =>
    (await sql<{ count: number }>`select count(*) as count from (${from}) rows`.execute(db)).rows[0]!.count
  const window = (from: ReturnType<typeof sql>, at: { name: string; id: string } | undefined, limit: number) =>
    sql`select * from (${from}) rows where ${at ? sql`(name, id::text) > (${at.name}, ${at.id})` : sql`true`} order by name, id::text limit ${limit + 1}`

  return [
    handler('listPools', async ({ query, by }) => {
      const revision = await newestRevision(db)
      const from = poolQuery(world, by.scopes, query.host)
      const { rows } = (await window(from, after(query.after), query.limit ?? 100).execute(db)) as { rows: PoolRow[] }
      const shown = page(rows, query.limit ?? 100)
      return { items: shown.rows.map(toPool), total: await total(from), next: shown.next, revision }
    }),
    handler('listVolumes', async ({ query, by }) => {
      const revision = await newestRevision(db)
      const from = sql`
        select volume.id, host.name as host, pool.name as pool, volume.name, coalesce(volume.path, volume.key) as path, volume.format, volume.kind,
          volume.capacity_bytes, volume.allocation_bytes,
          array(select vm.name from vm, jsonb_array_elements(vm.summary -> 'disks') disk where vm.gone_at is null and disk ->> 'source' = volume.path) as used_by
        from volume join pool on pool.id = volume.pool_id join host on host.id = pool.host_id
        where volume.scopes && ${[...by.scopes]}::text[] ${query.host ? sql`and host.name = ${query.host}` : sql``}
          ${query.pool ? sql`and pool.name = ${query.pool}` : sql``} ${query.kind ? sql`and volume.kind = ${query.kind}` : sql``}`
      const { rows } = (await window(from, after(query.after), query.limit ?? 100).execute(db)) as { rows: VolumeRow[] }
      const shown = page(rows, query.limit ?? 100)
      return { items: shown.rows.map(toVolume), total: await total(from), next: shown.next, revision }
    }),
    handler('listNetworks', async ({ query, by }) => {
      const revision = await newestRevision(db)
      const from = networkQuery(by.scopes, query.host)
      const { rows } = (await window(from, after(query.after), query.limit ?? 100).execute(db)) as {
        rows: NetworkRow[]
      }
      const shown = page(rows, query.limit ?? 100)
      return { items: shown.rows.map(toNetwork), total: await total(from), next: shown.next, revision }
    }),
  ]
}

const poolQuery = (world: World, scopes: readonly string[], host?: string) => sql`
  select pool.id, host.name as host, pool.name, pool.kind, pool.state, pool.target_path, pool.capacity_bytes, pool.allocation_bytes, pool.available_bytes,
    pool.name = ${world.ownPool.name} as own
  from pool join host on host.id = pool.host_id where pool.scopes && ${[...scopes]}::text[] ${host ? sql`and host.name = ${host}` : sql``}`

const networkQuery = (scopes: readonly string[], host?: string) => sql`
  select network.id, host.name as host, network.name, network.state, network.bridge, network.forward, network.autostart
  from network join host on host.id = network.host_id where network.scopes && ${[...scopes]}::text[] ${host ? sql`and host.name = ${host}` : sql``}`

export async function poolsByIds(world: World, ids: readonly string[], scopes: readonly string[]): Promise<Pool[]> {
  if (ids.length === 0) return []
  const answer =
    await sql<PoolRow>`select * from (${poolQuery(world, scopes)}) rows where id = any (${[...ids]}::uuid[])`.execute(
      world.db,
    )
  return answer.rows.map(toPool)
}

export async function networksByIds(
  world: World,
  ids: readonly string[],
  scopes: readonly string[],
): Promise<Network[]> {
  if (ids.length === 0) return []
  const answer =
    await sql<NetworkRow>`select * from (${networkQuery(scopes)}) rows where id = any (${[...ids]}::uuid[])`.execute(
      world.db,
    )
  return answer.rows.map(toNetwork)
}

const toPool = (row: PoolRow): Pool => ({
  id: row.id,
  host: row.host,
  name: row.name,
  type: row.kind,
  state: row.state,
  path: row.target_path,
  capacityBytes: row.capacity_bytes,
  allocationBytes: row.allocation_bytes,
  availableBytes: row.available_bytes,
  ours: row.own,
})

const toVolume = (row: VolumeRow): Volume => ({
  id: row.id,
  host: row.host,
  pool: row.pool,
  name: row.name,
  path: row.path,
  format: row.format,
  kind: row.kind as Volume['kind'],
  capacityBytes: row.capacity_bytes,
  allocationBytes: row.allocation_bytes,
  usedBy: row.used_by,
})

const toNetwork = (row: NetworkRow): Network => ({
  id: row.id,
  host: row.host,
  name: row.name,
  active: row.state === 'active',
  bridge: row.bridge,
  forward: row.forward,
  autostart: row.autostart,
})
