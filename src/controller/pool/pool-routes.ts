import type { RawBuilder } from 'kysely'

import type { Network, Pool, Volume } from '../../api/resources/host.ts'
import type { VolumeId } from '../../base/ids.ts'
import { handler, type Handler } from '../http/handler.ts'
import { isTexts, newestRevision, readCursor, toCursor } from '../page/page.ts'
import type { World } from '../world.ts'
import {
  networksQuery,
  pageOf,
  poolsQuery,
  rowsByIds,
  type NetworkRow,
  type Place,
  type PoolRow,
} from './pool-store.ts'
import { volumesQuery, type VolumeRow } from './volume-store.ts'
import { usersOfVolumes, type VolumeUser } from './volume-users.ts'

/** Pools, volumes and networks: libvirt's, only read. */
export function inventoryHandlers(world: World): Handler[] {
  const { db, ownPool } = world
  // The revision is read first: what changes meanwhile is told again, never missed.
  const page = async <Row extends Place>(
    query: RawBuilder<Row>,
    asked: { readonly after?: string | undefined; readonly limit?: number | undefined },
  ) => {
    const revision = await newestRevision(db)
    const at = readCursor(asked.after, isTexts(2))
    const after = at && { name: at[0]!, id: at[1]! }
    const { rows, total, end } = await pageOf(db, query, { after, limit: asked.limit ?? 100 })
    return { rows, total, next: end ? toCursor([end.name, end.id]) : null, revision }
  }

  return [
    handler('listPools', async ({ query, by }) => {
      const { rows, ...rest } = await page(poolsQuery(ownPool.name, by.scopes, query.host), query)
      return { items: rows.map(toPool), ...rest }
    }),
    handler('listVolumes', async ({ query, by }) => {
      const { rows, ...rest } = await page(volumesQuery(by.scopes, query), query)
      const users = await usersOfVolumes(
        db,
        rows.map((row) => row.id),
      )
      return { items: rows.map((row) => toVolume(row, users)), ...rest }
    }),
    handler('listNetworks', async ({ query, by }) => {
      const { rows, ...rest } = await page(networksQuery(by.scopes, query.host), query)
      return { items: rows.map(toNetwork), ...rest }
    }),
  ]
}

export const poolsByIds = async (world: World, ids: readonly string[], scopes: readonly string[]): Promise<Pool[]> =>
  (await rowsByIds(world.db, poolsQuery(world.ownPool.name, scopes), ids)).map(toPool)

export const networksByIds = async (
  world: World,
  ids: readonly string[],
  scopes: readonly string[],
): Promise<Network[]> => (await rowsByIds(world.db, networksQuery(scopes), ids)).map(toNetwork)

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

const toVolume = (row: VolumeRow, users: ReadonlyMap<VolumeId, readonly VolumeUser[]>): Volume => ({
  id: row.id,
  host: row.host,
  pool: row.pool,
  name: row.name,
  path: row.path,
  format: row.format,
  kind: row.kind as Volume['kind'],
  capacityBytes: row.capacity_bytes,
  allocationBytes: row.allocation_bytes,
  usedBy: (users.get(row.id) ?? []).flatMap((one) => (one.kind === 'vm' ? [one.name] : [])),
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
