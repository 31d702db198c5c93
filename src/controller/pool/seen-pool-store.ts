import { sql, type Transaction } from 'kysely'

import type { VolumeId } from '../../base/ids.ts'
import { json, storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { Place } from '../inventory/known.ts'
import type { SeenObject } from '../inventory/sync-objects.ts'

/** A pool as its host shows it; sizes in bytes. */
export type SeenPool = SeenObject & {
  readonly kind: string
  readonly path: string | null
  readonly capacity: number
  readonly allocation: number
  readonly available: number
  readonly autostart: boolean
  readonly volumes: readonly SeenVolume[]
}

export type SeenVolume = {
  readonly id: VolumeId
  readonly name: string
  readonly key: string
  readonly path: string | null
  readonly kind: string
  readonly format: string | null
  readonly capacity: number
  readonly allocation: number
  readonly backing: string | null
}

type PoolRow = SeenPool & { readonly id: string }

/** Writes pools with their volumes; a volume that is no longer shown goes. */
export async function writePools(trx: Transaction<Tables>, { host }: Place, pools: readonly PoolRow[]): Promise<void> {
  const rows = pools.map((pool) => ({ ...pool, volumes: undefined }))
  await sql`
    insert into pool (id, host_id, uuid, name, kind, state, target_path, capacity_bytes, allocation_bytes, available_bytes, autostart, scopes)
    select r.id, ${host}, r.uuid, r.name, r.kind, r.state, r.path, r.capacity, r.allocation, r.available, r.autostart, '{all}'
    from jsonb_to_recordset(${json(rows)}::jsonb)
      as r (id uuid, uuid uuid, name text, kind text, state text, path text, capacity bigint, allocation bigint, available bigint, autostart boolean)
    on conflict (host_id, uuid) do update set name = excluded.name, kind = excluded.kind, state = excluded.state, target_path = excluded.target_path,
      capacity_bytes = excluded.capacity_bytes, allocation_bytes = excluded.allocation_bytes, available_bytes = excluded.available_bytes,
      autostart = excluded.autostart, seen_at = now()`.execute(trx)
  for (const pool of pools) await writeVolumes(trx, pool)
}

async function writeVolumes(trx: Transaction<Tables>, pool: PoolRow): Promise<void> {
  const rows = pool.volumes.map((volume) => ({
    ...volume,
    name: storable(volume.name),
    key: storable(volume.key),
    path: volume.path === null ? null : storable(volume.path),
  }))
  await sql`
    with seen as (select * from jsonb_to_recordset(${json(rows)}::jsonb)
      as r (id uuid, name text, key text, path text, kind text, format text, capacity bigint, allocation bigint, backing text)),
    removed as (delete from volume where pool_id = ${pool.id} and name not in (select name from seen))
    insert into volume (id, pool_id, name, key, path, kind, format, capacity_bytes, allocation_bytes, backing, scopes)
    select id, ${pool.id}, name, key, path, kind, format, capacity, allocation, backing, '{all}' from seen
    on conflict (pool_id, name_hash) do update set key = excluded.key, path = excluded.path, kind = excluded.kind, format = excluded.format,
      capacity_bytes = excluded.capacity_bytes, allocation_bytes = excluded.allocation_bytes, backing = excluded.backing, seen_at = now()`.execute(
    trx,
  )
}
