import { createHash } from 'node:crypto'

import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Tables } from '../../db/tables.ts'
import { taskOfRequest } from '../../tasks/same-request.ts'
import type { KeyedRequest } from '../../tasks/task.ts'
import type { Caller } from '../auth/caller.ts'
import { answerTask } from '../task/task-rows.ts'
import { Reply } from './handler.ts'

/** A request by its Idempotency-Key. Throws `not_valid` for a key that is none. */
export function keyedRequest(key: string, asked: readonly unknown[]): KeyedRequest {
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw apiError('not_valid', { field: 'Idempotency-Key', why: 'must have 1 to 200 printable characters' })
  }
  return { key, hash: createHash('sha256').update(JSON.stringify(asked)).digest('hex') }
}

/** Runs `run` unless this request has begun its task already; then that task is the answer, as it is now. The key is
 *  written by whoever begins the task, in its transaction: what a request refused leaves none, and what was begun is
 *  found whenever its controller died. Throws `key_reused` for another request with the key. */
export async function unlessBegun<Body>(
  db: Kysely<Tables>,
  { request, account, name }: Caller,
  run: () => Promise<Reply<Body>>,
): Promise<Reply<unknown>> {
  if (request === undefined) return run()
  const earlier = async (): Promise<Reply<unknown> | undefined> => {
    const row = await taskOfRequest(db, { user: account?.id, name }, request)
    return row && new Reply(202, await answerTask(db, row.id), { 'idempotency-replayed': 'true' })
  }
  const before = await earlier()
  if (before) return before
  try {
    return await run()
  } catch (error) {
    // The same request, beside this one, may have begun it meanwhile: that is why this one was refused.
    const meanwhile = await earlier()
    if (meanwhile) return meanwhile
    throw error
  }
}
