import { sql, type Kysely } from 'kysely'

import type { TaskId } from '../base/ids.ts'
import { appendChanges } from '../db/append-changes.ts'
import type { Tables } from '../db/tables.ts'
import { taskChange } from './task-change.ts'
import { taskError } from './task-errors.ts'
import { notifyTasks } from './task-notice.ts'

/** Asks a task to stop and undo itself. Refuses for a task that has ended; asking twice, or while it undoes itself
 *  already, changes nothing. */
export async function cancelTask(db: Kysely<Tables>, id: TaskId, by: { readonly name: string }): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await trx.selectFrom('task').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (!row) throw taskError('task_missing', { task: id })
    if (row.ended_at !== null) throw taskError('task_ended', { task: row.number, state: row.state })
    if (row.cancel_requested !== null || row.state === 'undoing') return
    await trx
      .updateTable('task')
      .set({ cancel_requested: sql<Date>`clock_timestamp()` })
      .where('id', '=', id)
      .execute()
    await notifyTasks(trx, { type: 'cancel', id })
    await appendChanges(trx, [taskChange(row, 'cancel-asked', { words: 'cancel was asked for', author: by.name })])
  })
}
