import { sql, type Kysely, type Transaction } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import { appendChanges, type NewChange } from '../../db/append-changes.ts'
import type { Row, Tables } from '../../db/tables.ts'

/** Forgets a host that was never listed whole, and the VMs that only it had shown so far. Answers whether it is gone;
 *  one that was listed stays. End its link before: what it still writes would be lost or in the way. */
export async function forgetHost(db: Kysely<Tables>, id: HostId): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const vms = await lockVms(trx, id) // before the host, as every batch of news does
    const host = await trx
      .deleteFrom('host')
      .where('id', '=', id)
      .where('relisted_at', 'is', null)
      .returning(['name', 'scopes'])
      .executeTakeFirst()
    if (host === undefined) return false
    const gone = await markGone(trx, vms)
    await appendChanges(trx, [
      change({ kind: 'host.removed', object: 'host', id, name: host.name, scopes: host.scopes }),
      ...gone.map((vm) => ({
        ...change({ kind: 'vm.removed', object: 'vm', id: vm.id, name: vm.name, scopes: vm.scopes }),
        vmId: vm.id,
      })),
    ])
    return true
  })
}

type Gone = Pick<Row<'vm'>, 'id' | 'name' | 'scopes'>

const lockVms = (trx: Transaction<Tables>, host: HostId): Promise<Gone[]> =>
  trx
    .selectFrom('vm')
    .select(['id', 'name', 'scopes'])
    .where((is) =>
      is.exists(
        is.selectFrom('sighting').select('uuid').where('host_id', '=', host).whereRef('sighting.vm_id', '=', 'vm.id'),
      ),
    )
    .orderBy('id')
    .forUpdate()
    .execute()

/** The sightings went with the host: a VM that is left without one is gone. */
async function markGone(trx: Transaction<Tables>, vms: readonly Gone[]): Promise<Gone[]> {
  if (vms.length === 0) return []
  return trx
    .updateTable('vm')
    .set({ gone_at: sql`now()` })
    .where(
      'id',
      'in',
      vms.map((vm) => vm.id),
    )
    .where((is) => is.not(is.exists(is.selectFrom('sighting').select('uuid').whereRef('sighting.vm_id', '=', 'vm.id'))))
    .returning(['id', 'name', 'scopes'])
    .execute()
}

type Removed = {
  readonly kind: string
  readonly object: string
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
}

// Without the host's id: history names what is there, and this host never was.
const change = ({ kind, object, id, name, scopes }: Removed): NewChange => ({
  kind,
  objectKind: object,
  objectId: id,
  objectName: name,
  authorKind: 'floe',
  author: 'floe',
  title: object === 'host' ? 'Not added; nothing of it is left here' : 'Its host was not added after all',
  scopes,
})
