import type { Kysely } from 'kysely'

import type { TaskId, VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'

/** Whether a VM's history has a change of this kind by this task. */
export async function hasChangeBy(
  db: Kysely<Tables>,
  vm: VmId,
  of: { readonly task: TaskId; readonly kind: string },
): Promise<boolean> {
  const row = await db
    .selectFrom('change')
    .select('revision')
    .where('vm_id', '=', vm)
    .where('task_id', '=', of.task)
    .where('kind', '=', of.kind)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
