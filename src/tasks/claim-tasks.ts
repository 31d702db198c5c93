import { sql, type Kysely } from 'kysely'

import type { HostId, TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'
import { appendChanges } from '../db/append-changes.ts'
import type { Row, Tables } from '../db/tables.ts'
import { taskChange } from './task-change.ts'

export type Claim = {
  readonly holder: string
  readonly leaseMs: Milliseconds
  readonly limit: number
  /** Kinds this engine knows; of a newer Floe's the others are left for it. */
  readonly kinds: readonly string[]
  /** Hosts whose tasks may run here; undefined for all. */
  readonly hosts?: readonly HostId[] | undefined
}

/** Takes open tasks that nobody holds, or whose holder was silent for its whole lease: oldest first, each by one engine. */
export function claimTasks(db: Kysely<Tables>, claim: Claim): Promise<Row<'task'>[]> {
  return db.transaction().execute(async (trx) => {
    const rows = await trx
      .updateTable('task')
      .set((is) => ({
        lease_holder: claim.holder,
        lease_until: sql<Date>`clock_timestamp() + ${claim.leaseMs} * interval '1 ms'`,
        epoch: is('epoch', '+', 1),
        started_at: sql<Date>`coalesce(started_at, clock_timestamp())`,
        state: sql`case state when 'waiting' then 'running' else state end`,
      }))
      .where('id', 'in', (from) => {
        const free = from
          .selectFrom('task')
          .select('id')
          .where('ended_at', 'is', null)
          .where('wake_at', '<=', sql<Date>`clock_timestamp()`)
          .where((is) => is.or([is('lease_until', 'is', null), is('lease_until', '<', sql<Date>`clock_timestamp()`)]))
          .where('name', '=', sql<string>`any(${[...claim.kinds]}::text[])`)
          .orderBy('number')
          .limit(claim.limit)
          .forUpdate()
          .skipLocked()
        if (claim.hosts === undefined) return free
        const hosts = [...claim.hosts]
        return free.where((is) =>
          is.or([is('host_id', 'is', null), is('host_id', '=', sql<HostId>`any(${hosts}::uuid[])`)]),
        )
      })
      .returningAll()
      .execute()
    const first = rows.filter(({ epoch }) => epoch === 1)
    const before = { state: 'waiting' }
    await appendChanges(
      trx,
      first.map((row) => taskChange(row, 'running', { before, words: 'begins' })),
    )
    return rows.sort((a, b) => a.number - b.number)
  })
}

export type Held = { readonly id: TaskId; readonly epoch: number }

/** Renews the leases of `held`; returns the ones that are still held, and which of them are to be cancelled. */
export async function renewLeases(
  db: Kysely<Tables>,
  holder: string,
  held: readonly Held[],
  leaseMs: Milliseconds,
): Promise<{ id: TaskId; epoch: number; cancel: boolean }[]> {
  const answer = await sql<{ id: TaskId; epoch: number; cancel: boolean }>`
    update task set lease_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
    from unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ epoch }) => epoch)}::bigint[]) as mine (id, epoch)
    where task.id = mine.id and task.epoch = mine.epoch and task.lease_holder = ${holder} and task.ended_at is null
    returning task.id, task.epoch, task.cancel_requested is not null as cancel`.execute(db)
  return answer.rows
}
