import { createHash } from 'node:crypto'

import { sql, type Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import { isRecord } from '../../base/json.ts'
import { json } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import { httpError } from './http-errors.ts'

export type KeyedRequest = {
  /** Whose key: an account's id, or `local`. */
  readonly account: string
  readonly key: string
  readonly method: string
  readonly path: string
  readonly body: unknown
}

export type Answered = { readonly status: number; readonly body: unknown; readonly replayed: boolean }

/** A request under way is this old at most; what is older was left by a process that died. */
const underWaySeconds = 120

/** Runs `act` once per account and key: a second request with the same key gets the first one's answer. A refusal
 *  frees the key. Throws `key_reused` for another request, `too_many` while the first is under way, `key_unsettled`
 *  when the first was interrupted between its effect and this table. */
export async function once(
  db: Kysely<Tables>,
  request: KeyedRequest,
  act: () => Promise<{ status: number; body: unknown }>,
): Promise<Answered> {
  if (!/^[\x21-\x7e]{1,200}$/.test(request.key)) {
    const why = 'must have 1 to 200 printable characters'
    throw apiError('not_valid', { field: 'Idempotency-Key', why })
  }
  const { account, key } = request
  const hash = createHash('sha256')
    .update(JSON.stringify([request.method, request.path, request.body ?? null]))
    .digest('hex')
  const claimed = await db
    .insertInto('idempotency')
    .values({ account, key, request_hash: hash, answer: null })
    .onConflict((on) => on.columns(['account', 'key']).doNothing())
    .executeTakeFirst()
  if (claimed.numInsertedOrUpdatedRows !== 1n) return await earlier(db, request, hash)

  let answer: { status: number; body: unknown }
  try {
    answer = await act()
  } catch (error) {
    await db.deleteFrom('idempotency').where('account', '=', account).where('key', '=', key).execute()
    throw error
  }
  await db
    .updateTable('idempotency')
    .set({ answer: json(answer) })
    .where('account', '=', account)
    .where('key', '=', key)
    .execute()
  return { ...answer, replayed: false }
}

async function earlier(db: Kysely<Tables>, request: KeyedRequest, hash: string): Promise<Answered> {
  const row = await db
    .selectFrom('idempotency')
    .select(['request_hash', 'answer', sql<number>`extract(epoch from now() - at)::float8`.as('age')])
    .where('account', '=', request.account)
    .where('key', '=', request.key)
    .executeTakeFirst()
  // The first one was refused between our two looks, so its key is free again: the client asks once more.
  if (row === undefined) throw apiError('too_many', { seconds: 1 })
  if (row.request_hash !== hash) throw apiError('key_reused')
  const { answer } = row
  if (isRecord(answer)) return { status: answer['status'] as number, body: answer['body'], replayed: true }
  throw row.age < underWaySeconds ? apiError('too_many', { seconds: 1 }) : httpError('key_unsettled')
}
