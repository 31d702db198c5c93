import { sql, type Kysely } from 'kysely'

import type { HostId, VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'

/** Of these VMs, or of all that run on a host, those whose serial console Floe reads from power-on: its own, with one.
 *  The console of a VM that is not Floe's is opened for a viewer only: held open, nobody's `virsh console` would get it. */
export async function withOwnSerial(
  db: Kysely<Tables>,
  of: { readonly vms: readonly VmId[] } | { readonly host: HostId },
): Promise<VmId[]> {
  const which = 'host' in of ? sql`s.host_id = ${of.host}` : sql`vm.id = any (${[...of.vms]}::uuid[])`
  const answer = await sql<{ id: VmId }>`
    select vm.id from vm join sighting s on s.vm_id = vm.id
    where ${which} and s.state not in ('shutoff', 'crashed') and vm.owner_copy is null
      and vm.summary ->> 'marked' = 'true' and vm.summary ->> 'serial' = 'true'`.execute(db)
  return answer.rows.map((row) => row.id)
}
