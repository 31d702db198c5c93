import { sql, type Kysely } from 'kysely'

import type { TaskId } from '../base/ids.ts'
import type { Tables } from '../db/tables.ts'

export const taskChannel = 'floe_task'

/** What engines tell each other; a hint, never the truth: the rows are. */
export type TaskNotice =
  | { readonly type: 'begin' }
  | { readonly type: 'end'; readonly id: TaskId }
  | { readonly type: 'cancel'; readonly id: TaskId }

export async function notifyTasks(db: Kysely<Tables>, notice: TaskNotice): Promise<void> {
  const payload = 'id' in notice ? `${notice.type}:${notice.id}` : notice.type
  await sql`select pg_notify(${taskChannel}, ${payload})`.execute(db)
}

export function parseTaskNotice(payload: string): TaskNotice | undefined {
  const [type, id] = payload.split(':')
  if (type === 'begin') return { type }
  if ((type === 'end' || type === 'cancel') && id) return { type, id: id as TaskId }
  return undefined
}
