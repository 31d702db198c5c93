import { sql, type Kysely } from 'kysely'

import { MiB } from '../../base/units.ts'
import type { Tables } from '../../db/tables.ts'
import { isOff } from '../vm/off-state.ts'
import type { PoolFigures } from './file-systems.ts'

// libvirt announces a QEMU that ended as failed, and keeps it as crashed: the same rule as `problemOf`.
const isBad = sql`bool_or(s.state in ('paused', 'crashed') or s.reason in ('failed', 'crashed'))`

/** VMs in sight that may need somebody: paused, crashed, ended unexpectedly, changed outside, seen twice. Those that are
 *  worst off first, `limit` at most. */
export async function sickVmIds(db: Kysely<Tables>, scopes: readonly string[], limit: number): Promise<string[]> {
  const answer = await sql<{ id: string }>`
    select vm.id from vm join sighting s on s.vm_id = vm.id
    where vm.gone_at is null and vm.scopes && ${[...scopes]}::text[]
    group by vm.id
    having count(*) > 1 or ${isBad}
      or jsonb_typeof(vm.summary -> 'drift') = 'object'
    order by (count(*) > 1) desc, ${isBad} desc, vm.id
    limit ${limit}`.execute(db)
  return answer.rows.map((row) => row.id)
}

/** Memory of the VMs that hold some, in bytes. */
export async function givenMemory(db: Kysely<Tables>, scopes: readonly string[]): Promise<number> {
  const answer = await sql<{ mib: number }>`
    select coalesce(sum(memory_mib), 0)::bigint as mib from vm where gone_at is null and scopes && ${[...scopes]}::text[]
      and exists (select 1 from sighting s where s.vm_id = vm.id and not (${isOff(sql`s.state`)}))`.execute(db)
  return answer.rows[0]!.mib * MiB
}

/** The pools that are running, for their sums. */
export async function runningPools(db: Kysely<Tables>, scopes: readonly string[]): Promise<PoolFigures[]> {
  const answer = await sql<PoolFigures>`
    select host_id as host, kind, capacity_bytes as "capacityBytes", available_bytes as "availableBytes" from pool
    where state = 'running' and scopes && ${[...scopes]}::text[]`.execute(db)
  return answer.rows
}
