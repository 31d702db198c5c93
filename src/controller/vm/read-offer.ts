import { randomBytes, randomUUID } from 'node:crypto'

import { sql } from 'kysely'

import type { VmCreate } from '../../api/resources/vm.ts'
import { newId, type HostId, type VmId, type VolumeId } from '../../base/ids.ts'
import { asScopes } from '../../db/scopes.ts'
import { readFreeMemory } from '../host/read-facts.ts'
import { findVolume, readImageHeader } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import type { Fresh, Offer, OfferedHost, OfferedVolume } from './create-plan.ts'
import { takenNames } from './vm-store.ts'

/** Reads what a request for a VM can be decided from: inventory rows, free memory, and the headers of the named images. */
export async function readOffer(
  world: World,
  body: VmCreate,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<Offer> {
  const [names, hosts, volumes, networks] = await Promise.all([
    takenNames(world.db, body.name),
    readHosts(world, scopes),
    readVolumes(world, body, scopes, signal),
    readNetworks(world, scopes),
  ])
  return {
    takenNames: names,
    hosts,
    volumes,
    networks,
    ownPool: world.ownPool.name,
    sampleHere: world.sample.here,
  }
}

export const freshIdentity = (): Fresh => ({
  vm: newId<VmId>(),
  uuid: randomUUID(),
  // 52:54:00 is the range that QEMU's guests use.
  mac: () => `52:54:00:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
})

async function readHosts(world: World, scopes: readonly string[]): Promise<OfferedHost[]> {
  const rows = await world.db
    .selectFrom('host')
    .leftJoin('pool', (join) => join.onRef('pool.host_id', '=', 'host.id').on('pool.name', '=', world.ownPool.name))
    .select(['host.id', 'host.name', 'host.state', 'host.facts', 'pool.available_bytes'])
    .where('host.scopes', '&&', asScopes(scopes))
    .execute()
  return Promise.all(
    rows.map(async (row) => {
      const link = world.hosts.find(row.id)
      const free = row.state === 'up' && link ? await readFreeMemory(link.call).catch(() => undefined) : undefined
      const kvm = row.facts['kvm'] as OfferedHost['kvm'] | undefined
      return {
        id: row.id,
        name: row.name,
        up: row.state === 'up' && link?.link.state.state === 'up',
        kvm: kvm ?? { works: false, why: 'KVM has not been proved on this host yet' },
        freeBytes: free ?? null,
        poolFreeBytes: row.available_bytes,
        arch: (row.facts['arch'] as string | undefined) ?? 'x86_64',
      }
    }),
  )
}

async function readVolumes(
  world: World,
  body: VmCreate,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<OfferedVolume[]> {
  const named = [
    ...(body.iso ? [body.iso] : []),
    ...(body.disks ?? []).flatMap((disk) => ('volume' in disk ? [disk] : [])),
  ]
  if (named.length === 0) return []
  const answer = await sql<{
    id: VolumeId
    host: HostId
    pool: string
    name: string
    path: string
    format: string | null
    kind: string
    used_by: string[]
  }>`
    select volume.id, pool.host_id as host, pool.name as pool, volume.name, coalesce(volume.path, volume.key) as path, volume.format, volume.kind,
      array(select vm.name from vm, jsonb_array_elements(vm.summary -> 'disks') disk where vm.gone_at is null and disk ->> 'source' = volume.path) as used_by
    from volume join pool on pool.id = volume.pool_id
    where volume.scopes && ${[...scopes]}::text[]
      and (pool.name, volume.name) in (select r.pool, r.volume from jsonb_to_recordset(${JSON.stringify(named)}::jsonb) as r (pool text, volume text))`.execute(
    world.db,
  )
  return Promise.all(
    answer.rows.map(async ({ used_by, ...row }) => {
      const link = world.hosts.find(row.host)
      const connection = link?.link.connection()
      const vol = connection && (await findVolume(connection.call, row.pool, row.name))
      const header = connection && vol ? await readImageHeader(connection, vol, signal) : undefined
      return { ...row, usedBy: used_by, header }
    }),
  )
}

async function readNetworks(world: World, scopes: readonly string[]): Promise<Offer['networks']> {
  const rows = await world.db
    .selectFrom('network')
    .select(['host_id', 'name', 'state'])
    .where('scopes', '&&', asScopes(scopes))
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ host: row.host_id, name: row.name, active: row.state === 'active' }))
}
