import { sql, type Kysely } from 'kysely'

import type { Tables } from '../../db/tables.ts'

/** Tasks by state: those that have not ended, and those that ended within a day. */
export async function countTasks(db: Kysely<Tables>): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('task')
    .select((is) => ['state', is.fn.countAll<number>().as('count')])
    .where((is) => is.or([is('ended_at', 'is', null), is('ended_at', '>', sql<Date>`now() - interval '1 day'`)]))
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.state, row.count]))
}
