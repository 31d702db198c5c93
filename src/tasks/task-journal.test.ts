import { expect, test } from 'vitest'

import { systemClock, type Clock } from '../base/clock.ts'
import { json } from '../db/json.ts'
import { testDatabase } from '../db/testing.ts'
import { beginTask } from './begin-task.ts'
import { claimTasks } from './claim-tasks.ts'
import { TaskJournal } from './task-journal.ts'
import { LeaseLost, TaskLease } from './task-lease.ts'
import { step, task } from './task.ts'
import { admin } from './testing/test-engine.ts'

const kind = task<object, object>({
  name: 'test.journal',
  title: () => 'Write',
  locks: () => [],
  steps: [step('one', { do: async () => 1 })],
})

test('a holder whose clock stood still cannot write once another has claimed the task', async () => {
  await using db = await testDatabase()
  const frozen: Clock = { ...systemClock, monotonic: () => 0 }
  const claim = { leaseMs: 1, limit: 1, kinds: [kind.name] }
  await beginTask(db.kysely, kind, {}, admin)
  const [first] = await claimTasks(db.kysely, { ...claim, holder: 'first' })
  const held = (): TaskJournal => {
    const lease = new TaskLease(first!, 0, 60_000, frozen)
    return new TaskJournal({ kysely: db.kysely, clock: frozen, leaseMs: 1 }, lease)
  }
  const one = { index: 0, name: 'one' }
  await held().stepBegins(one, 'doing', 1, true)

  let taken = []
  while (taken.length === 0) taken = await claimTasks(db.kysely, { ...claim, leaseMs: 60_000, holder: 'second' })
  const everything = async (): Promise<unknown> => [
    await db.kysely.selectFrom('task').selectAll().execute(),
    await db.kysely.selectFrom('task_step').selectAll().execute(),
    await db.kysely.selectFrom('task_log').selectAll().execute(),
    await db.kysely.selectFrom('change').selectAll().execute(),
  ]
  const before = await everything()
  const error = { code: 'internal', message: 'no' }
  const writes: ((stale: TaskJournal) => Promise<unknown>)[] = [
    (stale) => stale.stepBegins(one, 'doing', 2, true),
    (stale) => stale.stepDone(one, json(1)),
    (stale) => stale.stepFailed(one, error, 'failed'),
    (stale) => stale.stepUndone(one),
    (stale) => stale.startUndo(error, one),
    (stale) => stale.undoFailed(one, error, 1),
    (stale) => stale.note({ done: 1 }, ['line'], true),
    (stale) => stale.giveBack(),
    (stale) => stale.end('done', {}),
  ]
  for (const write of writes) await expect(write(held())).rejects.toBeInstanceOf(LeaseLost)
  expect(await everything()).toEqual(before)
})
