import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import { isFloeError } from '../../base/errors.ts'
import { isUuid } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import type { TaskEngine } from '../../tasks/task-engine.ts'
import { findHost } from '../host/host-store.ts'
import { handler, type Handler } from '../http/handler.ts'
import { isTexts, newestRevision, readCursor, toCursor } from '../page/page.ts'
import { findVm } from '../vm/vm-store.ts'
import type { World } from '../world.ts'
import { checkMayCancel } from './may-cancel.ts'
import { answerTask, findTask, listTasks, toTask, toTaskDetail } from './task-rows.ts'

/** A VM that is gone is known by its id: its tasks stay. */
async function idOfVm(db: Kysely<Tables>, asked: string, scopes: readonly string[]): Promise<string> {
  try {
    return (await findVm(db, asked, scopes)).id
  } catch (error) {
    if (isFloeError(error) && error.code === 'not_found' && isUuid(asked)) return asked
    throw error
  }
}

export function taskHandlers({ db }: World, engine: TaskEngine<World>): Handler[] {
  return [
    handler('listTasks', async ({ query, by }) => {
      const revision = await newestRevision(db)
      const object = query.vm
        ? { kind: 'vm', id: await idOfVm(db, query.vm, by.scopes) }
        : query.host
          ? { kind: 'host', id: ((await findHost(db, query.host, by.scopes))?.id as string | undefined) ?? query.host }
          : undefined
      const limit = query.limit ?? 100
      const before = readCursor(query.after, isNumber)?.[0]
      const { rows, total } = await listTasks(
        db,
        by.scopes,
        { state: query.state, object },
        { before: before === undefined ? undefined : Number(before), limit },
      )
      const last = rows.length === limit ? rows.at(-1) : undefined
      return { items: rows.map(toTask), total, next: last ? toCursor([String(last.number)]) : null, revision }
    }),
    handler('getTask', async ({ params, by }) => toTaskDetail(db, await findTask(db, params.task, by.scopes))),
    handler('cancelTask', async ({ params, by }) => {
      const row = await findTask(db, params.task, by.scopes)
      checkMayCancel(row, by)
      if (row.ended_at !== null) throw apiError('task_ended', { task: row.number, state: row.state })
      await engine.cancel(row.id, { name: by.name })
      return answerTask(db, row.id)
    }),
  ]
}

/** Where a page of tasks ended: the number of its last one. */
const isNumber = (value: unknown): value is string[] => isTexts(1)(value) && /^\d{1,15}$/.test(value[0]!)
