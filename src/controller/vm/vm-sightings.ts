import { sql, type Kysely } from 'kysely'

import type { HostId, TaskId, VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { hasChangeBy } from './change-by.ts'
import { isOff } from './off-state.ts'

/** How each host that shows a VM shows it, and whether that host is connected. */
export function readSightingsOf(
  db: Kysely<Tables>,
  vm: VmId,
): Promise<{ readonly state: string; readonly reason: string | null; readonly host: string }[]> {
  return db
    .selectFrom('sighting')
    .innerJoin('host', 'host.id', 'sighting.host_id')
    .select(['sighting.state', 'sighting.reason', 'host.state as host'])
    .where('vm_id', '=', vm)
    .execute()
}

/** Where a VM is found: hosts, and libvirt's UUID of it there. */
export function placesOf(db: Kysely<Tables>, vm: VmId): Promise<{ readonly host_id: HostId; readonly uuid: string }[]> {
  return db.selectFrom('sighting').select(['host_id', 'uuid']).where('vm_id', '=', vm).execute()
}

/** Whether libvirt has said that this task started the VM, even if it has ended since. */
export const wasStartedBy = (db: Kysely<Tables>, vm: VmId, task: TaskId): Promise<boolean> =>
  hasChangeBy(db, vm, { task, kind: 'vm.started' })

/** Of these VMs, or of all that run on a host, those whose serial console Floe reads from power-on: its own, with one.
 *  The console of a VM that was made outside is opened for a viewer only: held open, nobody's `virsh console` would get it. */
export async function withOwnSerial(
  db: Kysely<Tables>,
  of: { readonly vms: readonly VmId[] } | { readonly host: HostId },
): Promise<VmId[]> {
  const which = 'host' in of ? sql`s.host_id = ${of.host}` : sql`vm.id = any (${[...of.vms]}::uuid[])`
  const answer = await sql<{ id: VmId }>`
    select vm.id from vm join sighting s on s.vm_id = vm.id
    where ${which} and not ${isOff(sql`s.state`)} and vm.owner_copy is null
      and vm.summary ->> 'marked' = 'true' and vm.summary ->> 'adopted' is null and vm.summary ->> 'serial' = 'true'`.execute(
    db,
  )
  return answer.rows.map((row) => row.id)
}
