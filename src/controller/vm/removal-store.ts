import type { Kysely } from 'kysely'

import type { TaskId, VmId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import type { Tables } from '../../db/tables.ts'
import type { StepContext } from '../../tasks/task.ts'
import { hasChangeBy } from './change-by.ts'
import type { VmInput } from './vm-input.ts'

const kind = 'vm.removing'

/** Notes that a task removes a VM's definition, right before it does: whether a definition that is gone was removed by
 *  the task or by somebody else can be told from nothing else. It stands in the VM's history too. Idempotent. */
export async function noteRemoval(
  db: Kysely<Tables>,
  { vm, name, host, hostName }: VmInput,
  { id, by }: StepContext<VmInput, unknown>['task'],
): Promise<void> {
  if (await wasRemovedBy(db, vm, id)) return
  await db.transaction().execute(async (trx) => {
    const { scopes } = await trx.selectFrom('vm').select('scopes').where('id', '=', vm).executeTakeFirstOrThrow()
    await appendChanges(trx, [
      {
        kind,
        title: `Its definition is to go from ${hostName}`,
        objectKind: 'vm',
        objectId: vm,
        objectName: name,
        hostId: host,
        vmId: vm,
        authorKind: by.name === 'floe' ? 'floe' : 'user',
        author: by.name,
        taskId: id,
        scopes,
      },
    ])
  })
}

/** Whether a task has removed a VM's definition, or was about to in its very next call. */
export const wasRemovedBy = (db: Kysely<Tables>, vm: VmId, task: TaskId): Promise<boolean> =>
  hasChangeBy(db, vm, { task, kind })
