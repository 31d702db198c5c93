import { sql } from 'kysely'

import type { World } from '../world.ts'
import type { VmInput } from './vm-input.ts'

/** The volumes in Floe's own pool that are writable disks of this VM and of no other on any host. */
export async function ownDisksOf(
  world: World,
  input: Pick<VmInput, 'vm' | 'host'>,
): Promise<{ pool: string; name: string }[]> {
  const answer = await sql<{ pool: string; name: string }>`
    select pool.name as pool, volume.name
    from volume join pool on pool.id = volume.pool_id
    where pool.host_id = ${input.host} and pool.name = ${world.ownPool.name} and volume.kind = 'disk'
      and exists (select 1 from vm, jsonb_array_elements(vm.summary -> 'disks') disk
        where vm.id = ${input.vm} and disk ->> 'device' = 'disk' and disk ->> 'source' = volume.path)
      and not exists (select 1 from vm other, jsonb_array_elements(other.summary -> 'disks') disk
        where other.id <> ${input.vm} and other.gone_at is null and disk ->> 'source' in (volume.path, pool.name || '/' || volume.name))
      and not exists (select 1 from volume upper join pool p on p.id = upper.pool_id
        where p.host_id = pool.host_id and upper.backing = volume.path)
    order by volume.name`.execute(world.db)
  return answer.rows
}

/** Whether another VM has this volume as a disk by now, or another image rests on it. */
export async function isUsed(
  world: World,
  input: Pick<VmInput, 'vm' | 'host'>,
  volume: { readonly pool: string; readonly name: string },
): Promise<boolean> {
  const answer = await sql<{ used: boolean }>`
    select exists (
      select 1 from volume v join pool on pool.id = v.pool_id
      where pool.host_id = ${input.host} and pool.name = ${volume.pool} and v.name = ${volume.name}
        and (exists (select 1 from vm other, jsonb_array_elements(other.summary -> 'disks') disk
            where other.id <> ${input.vm} and other.gone_at is null and disk ->> 'source' in (v.path, pool.name || '/' || v.name))
          or exists (select 1 from volume upper join pool p on p.id = upper.pool_id where p.host_id = pool.host_id and upper.backing = v.path))
    ) as used`.execute(world.db)
  return answer.rows[0]!.used
}
