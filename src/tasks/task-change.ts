import { isUuid, type VmId } from '../base/ids.ts'
import type { NewChange } from '../db/append-changes.ts'
import type { Row } from '../db/tables.ts'

/** What can become different about a task; the change's kind is `task.` and this word. */
export type TaskVerb = 'begun' | 'running' | 'step' | 'progress' | 'cancel-asked' | 'undoing' | 'ended'

export type TaskChangeFacts = {
  readonly before?: unknown
  readonly after?: unknown
  readonly details?: Readonly<Record<string, unknown>>
  /** Follows the task's title: `Start web1: define is done`. */
  readonly words?: string
  /** When it is not who began the task. */
  readonly author?: string
}

/** One row of the feed about a task; screens of the task, its VM and its host find it by its ids. */
export function taskChange(row: Row<'task'>, verb: TaskVerb, facts: TaskChangeFacts): NewChange {
  const author = facts.author ?? row.by_name
  return {
    kind: `task.${verb}`,
    objectKind: 'task',
    objectId: row.id,
    objectName: row.title,
    hostId: row.host_id,
    vmId: row.object_kind === 'vm' && isUuid(row.object_id ?? '') ? (row.object_id as VmId) : null,
    authorKind: author === 'floe' ? 'floe' : 'user',
    author,
    taskId: row.id,
    title: facts.words === undefined ? row.title : `${row.title}: ${facts.words}`,
    before: facts.before,
    after: facts.after ?? { state: row.state },
    details: { number: row.number, name: row.name, ...facts.details },
    scopes: row.scopes,
  }
}
