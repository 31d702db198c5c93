import { sql, type Kysely, type Transaction } from 'kysely'

import type { TaskId } from '../base/ids.ts'
import { json } from '../db/json.ts'
import type { Row, Tables } from '../db/tables.ts'
import { taskError } from './task-errors.ts'
import type { KeyedRequest, TaskBy } from './task.ts'

/** Keys are of an account; who has none has a reserved name. */
const accountOf = (by: Pick<TaskBy, 'user' | 'name'>): string => by.user ?? by.name

/** The task that this request began already; nothing when it began none. Throws `key_reused` when its key was another
 *  request's. */
export async function taskOfRequest(
  db: Kysely<Tables>,
  by: Pick<TaskBy, 'user' | 'name'>,
  request: KeyedRequest,
): Promise<Row<'task'> | undefined> {
  const row = await db
    .selectFrom('idempotency')
    .leftJoin('task', (on) => on.on(sql<boolean>`task.id = (idempotency.answer #>> '{}')::uuid`))
    .select('idempotency.request_hash')
    .selectAll('task')
    .where('idempotency.account', '=', accountOf(by))
    .where('idempotency.key', '=', request.key)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { request_hash, ...task } = row
  if (request_hash !== request.hash) throw taskError('key_reused')
  return task.id === null ? undefined : (task as Row<'task'>)
}

/** Writes the key in the transaction that begins `task`, so that there is never one without the other. Waits for the
 *  same request in another transaction; false when that one has begun its task. */
export async function claimKey(
  trx: Transaction<Tables>,
  by: TaskBy,
  request: KeyedRequest,
  task: TaskId,
): Promise<boolean> {
  const claimed = await trx
    .insertInto('idempotency')
    .values({ account: accountOf(by), key: request.key, request_hash: request.hash, answer: json(task) })
    .onConflict((conflict) => conflict.columns(['account', 'key']).doNothing())
    .executeTakeFirst()
  return claimed.numInsertedOrUpdatedRows === 1n
}
