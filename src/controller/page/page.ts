import { sql, type Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { Tables } from '../../db/tables.ts'

/** The newest change, or 0: what an answer is as of. Read it before the rows, so that the stream goes on without a gap. */
export async function newestRevision(db: Kysely<Tables>): Promise<number> {
  const answer = await sql<{ revision: number }>`select coalesce(max(revision), 0) as revision from change`.execute(db)
  return answer.rows[0]!.revision
}

/** A page's cursor: opaque to clients, text of JSON in base64url. */
export const toCursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** What a cursor holds; nothing where none was given. Throws `not_valid` for a text that is no cursor of this list. */
export function readCursor<T>(cursor: string | undefined, isShape: (value: unknown) => value is T): T | undefined {
  if (cursor === undefined) return undefined
  const value = parsed(cursor)
  if (isShape(value) && !JSON.stringify(value).includes('\\u0000')) return value // no text column holds NUL
  throw apiError('not_valid', { field: 'after', why: 'must be the "next" of the page before' })
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

export const isTexts =
  (length: number) =>
  (value: unknown): value is string[] =>
    Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'string')
