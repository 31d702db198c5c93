import type { Kysely, Transaction } from 'kysely'

import { newId, type TaskId } from '../base/ids.ts'
import { appendChanges } from '../db/append-changes.ts'
import { json, storable } from '../db/json.ts'
import type { Row, Tables } from '../db/tables.ts'
import { claimKey, taskOfRequest } from './same-request.ts'
import { taskChange } from './task-change.ts'
import { taskError } from './task-errors.ts'
import { notifyTasks } from './task-notice.ts'
import type { Lock, TaskBy, TaskKind, TaskRef } from './task.ts'

/** Stores a task, its steps, its locks and the key of the request in one transaction, or refuses with the owner of a
 *  lock. The same request again gives the same task. */
export async function beginTask<Input, World>(
  db: Kysely<Tables>,
  kind: TaskKind<Input, World>,
  input: Input,
  by: TaskBy,
): Promise<TaskRef> {
  const locks = inOrder(kind.locks(input))
  for (let tries = 1; ; tries++) {
    const begun = await db
      .transaction()
      .execute(async (trx) => {
        const id = newId<TaskId>()
        const { request } = by
        if (request && !(await claimKey(trx, by, request, id))) {
          const before = await taskOfRequest(trx, by, request)
          if (before) return before
        }
        const missing = await takeLocks(trx, id, locks)
        if (missing) throw new Held(missing)
        const row = await insertTask(trx, id, kind, input, by)
        await notifyTasks(trx, { type: 'begin' })
        await appendChanges(trx, [taskChange(row, 'begun', {})])
        return row
      })
      .catch((error: unknown) => {
        if (error instanceof Held) return error
        throw error
      })
    if (!(begun instanceof Held)) return toRef(begun)
    const refusal = await lockRefusal(db, begun.lock, kind, input)
    if (refusal) throw refusal
    // The owner ended between the two looks: once more.
    if (tries === 5) throw taskError('lock_busy', { kind: begun.lock.kind, name: begun.lock.id })
  }
}

/** Rolls the transaction back: nothing of a refused task stays, not even its number. */
class Held extends Error {
  readonly lock: Lock
  constructor(lock: Lock) {
    super('A lock is held.')
    this.lock = lock
  }
}

const toRef = ({ id, number, name, title, state }: TaskRef): TaskRef => ({ id, number, name, title, state })

/** One order everywhere, so that two tasks never wait for each other; each lock once. */
function inOrder(locks: readonly Lock[]): Lock[] {
  const unique = new Map(locks.map((lock) => [JSON.stringify([lock.kind, lock.id]), lock]))
  return [...unique.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lock]) => lock)
}

async function takeLocks(trx: Transaction<Tables>, task: TaskId, locks: readonly Lock[]): Promise<Lock | undefined> {
  for (const { kind, id, cause } of locks) {
    const taken = await trx
      .insertInto('lock')
      .values({ object_kind: kind, object_id: id, task_id: task, cause })
      .onConflict((conflict) => conflict.columns(['object_kind', 'object_id']).doNothing())
      .returning('task_id')
      .executeTakeFirst()
    if (!taken) return { kind, id, cause }
  }
  return undefined
}

async function insertTask<Input, World>(
  trx: Transaction<Tables>,
  id: TaskId,
  kind: TaskKind<Input, World>,
  input: Input,
  by: TaskBy,
): Promise<Row<'task'>> {
  const object = kind.object?.(input)
  const row = await trx
    .insertInto('task')
    .values({
      id,
      name: kind.name,
      title: storable(kind.title(input)),
      input: json(input),
      object_kind: object?.kind ?? null,
      object_id: object?.id ?? null,
      object_name: object ? storable(object.name) : null,
      host_id: kind.host?.(input) ?? null,
      cause: by.cause ?? null,
      by_user: by.user ?? null,
      by_name: by.name,
      scopes: [...new Set(['all', ...by.scopes])],
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const needed = kind.steps.filter((step) => step.when?.(input) !== false)
  const steps = needed.map(({ name }, index) => ({ task_id: id, index, name }))
  if (steps.length > 0) await trx.insertInto('task_step').values(steps).execute()
  return row
}

async function lockRefusal<Input, World>(
  db: Kysely<Tables>,
  lock: Lock,
  kind: TaskKind<Input, World>,
  input: Input,
): Promise<Error | undefined> {
  const owner = await db
    .selectFrom('lock')
    .innerJoin('task', 'task.id', 'lock.task_id')
    .select(['lock.cause', 'lock.since', 'task.number', 'task.title', 'task.id'])
    .where('lock.object_kind', '=', lock.kind)
    .where('lock.object_id', '=', lock.id)
    .executeTakeFirst()
  if (!owner) return undefined
  const object = kind.object?.(input)
  const name = object && object.kind === lock.kind && object.id === lock.id ? object.name : lock.id
  const { cause, number, title, id } = owner
  const details = { kind: lock.kind, name, cause, task: number, taskId: id, title, since: owner.since.toISOString() }
  return lock.kind === 'vm' ? taskError('vm_locked', { ...details, vm: name }) : taskError('object_locked', details)
}
