import type { Api, Pool, Vol } from '@floe/libvirt'
import { ConnectionLost, LibvirtError } from '@floe/libvirt'
import { sql, type Kysely } from 'kysely'

import { newId, type PoolId, type VolumeId } from '../../base/ids.ts'
import { appendChanges, type NewChange } from '../../db/append-changes.ts'
import { json, storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import { parsePool, parseVolume, type VolumeView } from '../../domain/index.ts'
import type { Place } from '../inventory/known.ts'

type SeenPool = {
  readonly id: PoolId
  readonly uuid: string
  readonly name: string
  readonly kind: string
  readonly state: string
  readonly path: string | null
  readonly capacity: number
  readonly allocation: number
  readonly available: number
  readonly autostart: boolean
  readonly volumes: readonly SeenVolume[]
}

type SeenVolume = {
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

/** Reads a host's pools and volumes and writes what differs. libvirt's own pools are only read, never refreshed: that
 *  would open every image in them. */
export async function syncPools(db: Kysely<Tables>, call: Api, place: Place): Promise<void> {
  const { pools } = await call.connectListAllStoragePools({}, { deadlineMs: 30_000 })
  const seen = (await Promise.all(pools.map((pool) => readPool(call, pool)))).filter((one) => one !== undefined)
  await db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom('pool')
      .select(['id', 'uuid', 'name', 'state', 'capacity_bytes', 'available_bytes'])
      .where('host_id', '=', place.host)
      .orderBy('id')
      .forUpdate()
      .execute()
    const known = new Map(before.map((row) => [row.uuid, row]))
    const rows = seen.map((pool) => ({ ...pool, id: known.get(pool.uuid)?.id ?? pool.id }))
    await sql`
      insert into pool (id, host_id, uuid, name, kind, state, target_path, capacity_bytes, allocation_bytes, available_bytes, autostart, scopes)
      select r.id, ${place.host}, r.uuid, r.name, r.kind, r.state, r.path, r.capacity, r.allocation, r.available, r.autostart, '{all}'
      from jsonb_to_recordset(${json(rows.map((row) => ({ ...row, volumes: undefined })))}::jsonb)
        as r (id uuid, uuid uuid, name text, kind text, state text, path text, capacity bigint, allocation bigint, available bigint, autostart boolean)
      on conflict (host_id, uuid) do update set name = excluded.name, kind = excluded.kind, state = excluded.state, target_path = excluded.target_path,
        capacity_bytes = excluded.capacity_bytes, allocation_bytes = excluded.allocation_bytes, available_bytes = excluded.available_bytes,
        autostart = excluded.autostart, seen_at = now()`.execute(trx)
    const gone = before.filter((row) => !seen.some((pool) => pool.uuid === row.uuid))
    if (gone.length > 0)
      await trx
        .deleteFrom('pool')
        .where(
          'id',
          'in',
          gone.map((row) => row.id),
        )
        .execute()
    await writeVolumes(trx, rows)

    const changes: NewChange[] = []
    const change = (kind: string, id: string, name: string, title: string): number =>
      changes.push({
        kind,
        objectKind: 'pool',
        objectId: id,
        objectName: storable(name),
        hostId: place.host,
        authorKind: 'outside',
        author: 'outside',
        title,
        scopes: ['all'],
      })
    for (const pool of rows) {
      const was = known.get(pool.uuid)
      if (was === undefined) change('pool.found', pool.id, pool.name, `Found on ${place.hostName}`)
      else if (was.state !== pool.state)
        change('pool.state', pool.id, pool.name, pool.state === 'running' ? 'Started' : `Is ${pool.state}`)
    }
    for (const row of gone) change('pool.removed', row.id, row.name, `Removed from ${place.hostName}`)
    await appendChanges(trx, changes)
  })
}

async function writeVolumes(trx: Kysely<Tables>, pools: readonly SeenPool[]): Promise<void> {
  for (const pool of pools) {
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
}

// Between the list and the look a pool or volume may go: what is gone is not an error.
const unlessGone = (error: unknown): undefined => {
  if (error instanceof LibvirtError && ['NO_STORAGE_POOL', 'NO_STORAGE_VOL', 'OPERATION_INVALID'].includes(error.code))
    return undefined
  throw error
}

async function readPool(call: Api, pool: Pool): Promise<SeenPool | undefined> {
  try {
    const [info, { xml }, { autostart }] = await Promise.all([
      call.storagePoolGetInfo({ pool }),
      call.storagePoolGetXmlDesc({ pool }),
      call.storagePoolGetAutostart({ pool }),
    ])
    const view = parsePool(xml)
    return {
      id: newId<PoolId>(),
      uuid: pool.uuid,
      name: storable(pool.name),
      kind: view.type ?? 'unknown',
      state: info.state,
      path: view.path ?? null,
      capacity: Number(info.capacity),
      allocation: Number(info.allocation),
      available: Number(info.available),
      autostart,
      volumes: info.state === 'running' ? await readVolumes(call, pool) : [],
    }
  } catch (error) {
    return unlessGone(error)
  }
}

const unread: Pick<VolumeView, 'path' | 'format' | 'capacityBytes' | 'allocationBytes' | 'backing'> = {
  path: undefined,
  format: undefined,
  capacityBytes: undefined,
  allocationBytes: undefined,
  backing: undefined,
}

/** What libvirt says of a volume; nothing when it is gone. One that libvirt cannot read is listed by its name alone. */
async function readVolume(call: Api, vol: Vol): Promise<typeof unread | undefined> {
  try {
    const answer = await call.storageVolGetXmlDesc({ vol }).catch(unlessGone)
    return answer && parseVolume(answer.xml)
  } catch (error) {
    if (error instanceof ConnectionLost) throw error
    return unread
  }
}

async function readVolumes(call: Api, pool: Pool): Promise<SeenVolume[]> {
  const { volumes } = (await call.storagePoolListAllVolumes({ pool }).catch(unlessGone)) ?? { volumes: [] }
  const seen = await Promise.all(
    volumes.map(async (vol) => {
      const view = await readVolume(call, vol)
      if (view === undefined) return undefined
      const format = view.format ?? null
      return {
        id: newId<VolumeId>(),
        name: vol.name,
        key: vol.key,
        path: view.path ?? null,
        kind: kindOf(vol.name, format),
        format,
        capacity: view.capacityBytes ?? 0,
        allocation: view.allocationBytes ?? 0,
        backing: view.backing?.path ?? null,
      }
    }),
  )
  return seen.filter((one) => one !== undefined)
}

/** libvirt calls an ISO image "iso" where it recognises one; where it says raw the name tells. */
export function kindOf(name: string, format: string | null): 'disk' | 'iso' | 'other' {
  if (format === 'iso' || /\.iso$/i.test(name)) return 'iso'
  if (format === 'dir' || name.startsWith('floe-sample-')) return 'other'
  return 'disk'
}
