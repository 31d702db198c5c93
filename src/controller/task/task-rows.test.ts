import { expect, test } from 'vitest'

import { testDatabase } from '../../db/testing.ts'
import { TaskEngine } from '../../tasks/task-engine.ts'
import { step, task } from '../../tasks/task.ts'
import { findTask, toTaskDetail } from './task-rows.ts'

test('of a task that turned back, the steps it never came to are skipped, and nothing reads as if it went on', async () => {
  await using db = await testDatabase()
  const failing = task<Record<string, never>, null>({
    name: 'vm.start',
    title: () => 'Start web',
    locks: () => [],
    steps: [
      step('look', { do: async () => undefined }),
      step('start', { do: () => Promise.reject(new Error('No room.')), undo: async () => undefined }),
      step('see it run', { do: async () => undefined }),
    ],
  })
  const engine = new TaskEngine({ db, world: null, kinds: [failing], identity: 'test' })
  try {
    const { id } = await engine.begin(failing, {}, { name: 'ada', scopes: [] })
    const before = await toTaskDetail(db.kysely, await findTask(db.kysely, id, ['all']))
    expect(before.journal.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending'])
    engine.start()
    await engine.waitFor(id)
    const after = await toTaskDetail(db.kysely, await findTask(db.kysely, id, ['all']))
    expect(after.journal.map(({ state }) => state)).toEqual(['done', 'undone', 'skipped'])
    const told = await db.kysely.selectFrom('change').select('title').orderBy('revision').execute()
    expect(told.map(({ title }) => title)).not.toContainEqual(expect.stringMatching(/is being|is to be/))
  } finally {
    await engine.stop()
  }
})
