import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { TaskId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { volumeLockId, type LockedVolume } from './volume-lock.ts'

/** Who holds a volume, for the refusal `object_locked`. `cause` completes "it ...". */
export type Holder = {
  readonly kind: 'volume'
  readonly name: string
  readonly cause: string
  readonly task: number
  readonly taskId: TaskId
  readonly title: string
  readonly since: string
}

/** The task other than `task` that writes or removes a volume. */
export const otherWriter = (db: Kysely<Tables>, volume: LockedVolume, task: TaskId): Promise<Holder | undefined> =>
  holderOf(db, volume, task, sql`lock.object_kind = 'volume' and lock.object_id = ${volumeLockId(volume)}`)

/** The first task other than `task` that makes a VM which reads a volume. The reader's id has 36 characters. */
export const otherReader = (db: Kysely<Tables>, volume: LockedVolume, task: TaskId): Promise<Holder | undefined> =>
  holderOf(
    db,
    volume,
    task,
    sql`lock.object_kind = 'volume-reader' and substr(lock.object_id, 38) = ${volumeLockId(volume)}`,
  )

async function holderOf(
  db: Kysely<Tables>,
  volume: LockedVolume,
  task: TaskId,
  which: RawBuilder<unknown>,
): Promise<Holder | undefined> {
  const { rows } = await sql<Omit<Holder, 'kind' | 'name' | 'since'> & { readonly since: Date }>`
    select lock.cause, lock.since, task.number as task, task.id as "taskId", task.title
    from lock join task on task.id = lock.task_id where ${which} and lock.task_id <> ${task} order by lock.since limit 1`.execute(
    db,
  )
  const [found] = rows
  return found && { ...found, kind: 'volume', name: volumeLockId(volume), since: found.since.toISOString() }
}
