import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { HostId, VmId, VolumeId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { usersOfVolumes, type VolumeUser } from './volume-users.ts'

/** A volume as lists show it. */
export type VolumeRow = {
  readonly id: VolumeId
  readonly host: string
  readonly pool: string
  readonly name: string
  readonly path: string
  readonly format: string | null
  readonly kind: string
  readonly capacity_bytes: number
  readonly allocation_bytes: number
}

/** The volumes that a caller sees, of one host, pool or kind where that is asked. */
export const volumesQuery = (
  scopes: readonly string[],
  {
    host,
    pool,
    kind,
  }: { readonly host?: string | undefined; readonly pool?: string | undefined; readonly kind?: string | undefined },
): RawBuilder<VolumeRow> => sql`
  select volume.id, host.name as host, pool.name as pool, volume.name, coalesce(volume.path, volume.key) as path, volume.format, volume.kind,
    volume.capacity_bytes, volume.allocation_bytes
  from volume join pool on pool.id = volume.pool_id join host on host.id = pool.host_id
  where volume.scopes && ${[...scopes]}::text[] ${host ? sql`and host.name = ${host}` : sql``}
    ${pool ? sql`and pool.name = ${pool}` : sql``} ${kind ? sql`and volume.kind = ${kind}` : sql``}`

export type NamedVolume = {
  readonly id: VolumeId
  readonly host: HostId
  readonly pool: string
  readonly name: string
  readonly path: string
  readonly format: string | null
  readonly kind: string
  /** `dir`, `netfs`, … */
  readonly poolKind: string
  readonly users: readonly VolumeUser[]
}

/** Every volume that one of these names means, on whichever host, with who uses it. */
export async function volumesNamed(
  db: Kysely<Tables>,
  named: readonly { readonly pool: string; readonly volume: string }[],
  scopes: readonly string[],
): Promise<NamedVolume[]> {
  if (named.length === 0) return []
  const names = JSON.stringify(named.map(({ pool, volume }) => ({ pool, volume })))
  const { rows } = await sql<Omit<NamedVolume, 'users'>>`
    select volume.id, pool.host_id as host, pool.name as pool, volume.name, coalesce(volume.path, volume.key) as path, volume.format, volume.kind,
      pool.kind as "poolKind"
    from volume join pool on pool.id = volume.pool_id
    where volume.scopes && ${[...scopes]}::text[]
      and (pool.name, volume.name) in (select r.pool, r.volume from jsonb_to_recordset(${names}::jsonb) as r (pool text, volume text))`.execute(
    db,
  )
  const users = await usersOfVolumes(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => ({ ...row, users: users.get(row.id) ?? [] }))
}

export type OwnDisk = {
  readonly id: VolumeId
  readonly pool: string
  readonly name: string
  readonly path: string
  readonly capacityBytes: number
}

/** What goes with a VM that is deleted with its disks: the volumes of Floe's own pool that are writable disks of it and
 *  of use to nobody else on any host, whoever made them. Only files that its row names are asked about. */
export async function ownDisksOf(
  db: Kysely<Tables>,
  { vm, host, pool }: { readonly vm: VmId; readonly host: HostId; readonly pool: string },
): Promise<OwnDisk[]> {
  const { rows } = await sql<OwnDisk>`
    select volume.id, pool.name as pool, volume.name, coalesce(volume.path, volume.key) as path, volume.capacity_bytes as "capacityBytes"
    from volume join pool on pool.id = volume.pool_id
    where pool.host_id = ${host} and pool.name = ${pool} and volume.kind = 'disk'
      and exists (select 1 from vm, jsonb_array_elements(vm.summary -> 'disks') d
        where vm.id = ${vm} and (d ->> 'source' = coalesce(volume.path, volume.key) or d ->> 'volume' = volume.name))
    order by volume.name`.execute(db)
  const users = await usersOfVolumes(
    db,
    rows.map((row) => row.id),
  )
  return rows.filter(({ id }) => {
    const [first, ...more] = users.get(id) ?? []
    return more.length === 0 && first?.kind === 'vm' && first.id === vm && first.writes
  })
}

type Capacity = {
  readonly path: string | null
  readonly name: string
  readonly pool: string
  readonly capacity_bytes: number
}

/** The volumes of a host that have one of these paths, or are named by their pool and their own name. */
export function volumesAt(
  db: Kysely<Tables>,
  host: HostId,
  at: { readonly paths: readonly string[]; readonly names: readonly string[] },
): Promise<Capacity[]> {
  return db
    .selectFrom('volume')
    .innerJoin('pool', 'pool.id', 'volume.pool_id')
    .select(['volume.path', 'volume.name', 'volume.capacity_bytes', 'pool.name as pool'])
    .where('pool.host_id', '=', host)
    .where((is) =>
      is.or([
        is('volume.path', '=', sql<string>`any (${[...at.paths]}::text[])`),
        is('volume.name', '=', sql<string>`any (${[...at.names]}::text[])`),
      ]),
    )
    .execute()
}
