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
        where other.id <> ${input.vm} and other.gone_at is null and disk ->> 'source' = volume.path)
    order by volume.name`.execute(world.db)
  return answer.rows
}
