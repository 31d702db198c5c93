import { sql, type Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { ObjectRef, Task, TaskDetail } from '../../api/resources/task.ts'
import type { TaskId } from '../../base/ids.ts'
import type { Row, Tables } from '../../db/tables.ts'

type StepFigures = { readonly step_name: string | null; readonly steps_done: number; readonly steps_all: number }
export type TaskWithSteps = Row<'task'> & StepFigures

// The step it is at, and how many are done, beside every row.
const withSteps = sql`
  select task.*, s.step_name, coalesce(s.steps_done, 0) as steps_done, coalesce(s.steps_all, 0) as steps_all
  from task left join lateral (
    select count(*) as steps_all, count(*) filter (where state = 'done') as steps_done,
      max(name) filter (where state in ('doing', 'undoing')) as step_name
    from task_step where task_id = task.id
  ) s on true`

export type TaskFilter = {
  readonly state?: string | undefined
  readonly object?: { readonly kind: string; readonly id: string } | undefined
}

export async function listTasks(
  db: Kysely<Tables>,
  scopes: readonly string[],
  filter: TaskFilter,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ rows: TaskWithSteps[]; total: number }> {
  const where = sql.join(
    [
      sql`task.scopes && ${[...scopes]}::text[]`,
      ...(filter.state === 'open'
        ? [sql`task.ended_at is null`]
        : filter.state
          ? [sql`task.state = ${filter.state}`]
          : []),
      ...(filter.object
        ? [
            sql`task.object_kind = ${filter.object.kind} and md5(task.object_id) = md5(${filter.object.id}) and task.object_id = ${filter.object.id}`,
          ]
        : []),
    ],
    sql` and `,
  )
  const before = page.before === undefined ? sql`` : sql`and task.number < ${page.before}`
  const [rows, count] = await Promise.all([
    sql<TaskWithSteps>`${withSteps} where ${where} ${before} order by task.number desc limit ${page.limit}`.execute(db),
    sql<{ count: number }>`select count(*) as count from task where ${where}`.execute(db),
  ])
  return { rows: rows.rows, total: count.rows[0]!.count }
}

export async function tasksByIds(
  db: Kysely<Tables>,
  ids: readonly string[],
  scopes: readonly string[],
): Promise<TaskWithSteps[]> {
  if (ids.length === 0) return []
  const answer =
    await sql<TaskWithSteps>`${withSteps} where task.id = any (${[...ids]}::uuid[]) and task.scopes && ${[...scopes]}::text[]`.execute(
      db,
    )
  return answer.rows
}

/** By number or id. Throws `not_found`. */
export async function findTask(db: Kysely<Tables>, ref: string, scopes: readonly string[]): Promise<TaskWithSteps> {
  const answer =
    await sql<TaskWithSteps>`${withSteps} where (task.number::text = ${ref} or task.id::text = ${ref}) and task.scopes && ${[...scopes]}::text[]`.execute(
      db,
    )
  const [row] = answer.rows
  if (row === undefined) throw apiError('not_found', { kind: 'task', name: ref })
  return row
}

/** What a slow call answers: the task that was just begun. */
export async function answerTask(db: Kysely<Tables>, id: TaskId): Promise<{ task: Task }> {
  const answer = await sql<TaskWithSteps>`${withSteps} where task.id = ${id}`.execute(db)
  return { task: toTask(answer.rows[0]!) }
}

const objectOf = (row: Pick<Row<'task'>, 'object_kind' | 'object_id' | 'object_name'>): ObjectRef | null =>
  row.object_kind === null
    ? null
    : { kind: row.object_kind as ObjectRef['kind'], id: row.object_id ?? '', name: row.object_name ?? '' }

export function toTask(row: TaskWithSteps): Task {
  const { error, progress } = row
  return {
    id: row.id,
    number: row.number,
    kind: row.name,
    title: row.title,
    object: objectOf(row),
    state: row.state,
    step: row.ended_at ? null : row.step_name,
    steps: { done: row.steps_done, all: row.steps_all },
    progress: progress && {
      done: progress.done ?? 0,
      total: progress.total ?? null,
      unit: progress.unit ?? null,
      words: progress.words ?? null,
    },
    cause: row.cause,
    by: row.by_name,
    error: error && {
      code: error.code,
      message: error.message,
      ...(error.undo && { left: `It could not be undone: ${error.undo.message}` }),
    },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
  }
}

const stepStates = {
  waiting: 'pending',
  doing: 'doing',
  done: 'done',
  failed: 'failed',
  undoing: 'undoing',
  undone: 'undone',
} as const

/** What waits for its turn now waits for ever. */
const isTurnedBack = ({ state, ended_at }: TaskWithSteps): boolean => state === 'undoing' || ended_at !== null

export async function toTaskDetail(db: Kysely<Tables>, row: TaskWithSteps): Promise<TaskDetail> {
  const [steps, locks, log] = await Promise.all([
    db.selectFrom('task_step').selectAll().where('task_id', '=', row.id).orderBy('index').execute(),
    db.selectFrom('lock').selectAll().where('task_id', '=', row.id).execute(),
    db.selectFrom('task_log').select(['at', 'line']).where('task_id', '=', row.id).orderBy('id').limit(1000).execute(),
  ])
  return {
    ...toTask(row),
    journal: steps.map((one) => ({
      name: one.name,
      state: one.state === 'waiting' && isTurnedBack(row) ? 'skipped' : stepStates[one.state],
      startedAt: one.started_at?.toISOString() ?? null,
      endedAt: one.ended_at?.toISOString() ?? null,
      error: one.error?.message ?? null,
    })),
    locks: locks.map((one) => ({
      object: {
        kind: one.object_kind as ObjectRef['kind'],
        id: one.object_id,
        name: one.object_id === row.object_id ? (row.object_name ?? '') : one.object_id,
      },
      cause: one.cause,
    })),
    log: log.map((one) => ({ at: one.at.toISOString(), line: one.line })),
    result: row.result,
    cancel: cancelWords(row),
  }
}

function cancelWords(row: TaskWithSteps): string {
  if (row.ended_at !== null) return 'It has ended; there is nothing to cancel.'
  if (row.cancel_requested !== null) return 'It is being cancelled.'
  if (row.steps_done === 0) return 'Nothing was done yet; it just ends.'
  return 'What it did so far is undone, step by step, as far as it can be.'
}
