import type { Kysely } from 'kysely'

import type { TaskId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import { json } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { CreatePlan } from './create-plan.ts'

type Maker = { readonly id: TaskId; readonly by: { readonly user?: string | undefined; readonly name: string } }

/** Notes a VM that is about to be made, so that lists show it. Idempotent. */
export async function rememberVm(db: Kysely<Tables>, plan: CreatePlan, task: Maker): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('vm')
      .values({
        id: plan.vm,
        name: plan.name,
        memory_mib: plan.memoryMiB,
        vcpus: plan.vcpus,
        made_by: task.id,
        tags: [...plan.tags],
        notes: plan.notes,
        sample: plan.sample,
        summary: json({ chosen: plan.chosen }),
        scopes: [...plan.scopes],
        created_by: task.by.name,
      })
      .onConflict((oc) => oc.column('id').doNothing())
      .executeTakeFirst()
    if (made.numInsertedOrUpdatedRows === 0n) return
    const [revision] = await appendChanges(trx, [changeOf('vm.created', `Created on ${plan.hostName}`, plan, task)])
    await trx.updateTable('vm').set({ revision: revision! }).where('id', '=', plan.vm).execute()
  })
}

/** Takes the note back, when nothing of the VM is left anywhere. */
export async function forgetVm(db: Kysely<Tables>, plan: CreatePlan, task: Maker): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const gone = await trx
      .deleteFrom('vm')
      .where('id', '=', plan.vm)
      .where('made_by', '=', task.id)
      .where((is) => is.not(is.exists(is.selectFrom('sighting').select('uuid').where('vm_id', '=', plan.vm))))
      .executeTakeFirst()
    if (gone.numDeletedRows > 0n)
      await appendChanges(trx, [changeOf('vm.removed', 'Not created; nothing of it is left', plan, task)])
  })
}

function changeOf(kind: string, title: string, plan: CreatePlan, task: Maker) {
  const floe = task.by.name === 'floe'
  return {
    kind,
    title,
    objectKind: 'vm',
    objectId: plan.vm,
    objectName: plan.name,
    hostId: plan.host,
    vmId: plan.vm,
    authorKind: floe ? ('floe' as const) : ('user' as const),
    author: task.by.name,
    taskId: task.id,
    scopes: plan.scopes,
  }
}
