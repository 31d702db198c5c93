import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openDb } from '../../db/open-db.ts'
import { testDatabase, type TestDatabase } from '../../db/testing.ts'
import { TaskEngine, type TaskEngineOptions } from '../task-engine.ts'
import type { AnyTaskKind } from '../task.ts'

export const admin = { name: 'admin', scopes: [] } as const

export type TestBench = AsyncDisposable & {
  readonly db: TestDatabase
  readonly folder: string
  /** Another engine on the same database with a pool of its own; stopped with the bench. */
  engine<World>(
    world: World,
    kinds: readonly AnyTaskKind<World>[],
    more?: Partial<TaskEngineOptions<World>>,
  ): TaskEngine<World>
}

/** A database, a folder, and engines that are stopped before both go. Their leases outlast a moment in which the machine
 *  stands still. */
export async function testBench(): Promise<TestBench> {
  const db = await testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'floe-tasks-'))
  const owned: AsyncDisposable[] = []
  return {
    db,
    folder,
    engine: (world, kinds, more = {}) => {
      const own = openDb({ url: db.url }, { max: 4 })
      const identity = `engine ${owned.length}`
      const engine = new TaskEngine({ db: own, world, kinds, identity, leaseMs: 5000, graceMs: 1000, ...more })
      owned.push(own, engine)
      engine.start()
      return engine
    },
    [Symbol.asyncDispose]: async () => {
      try {
        for (const each of owned.toReversed()) await each[Symbol.asyncDispose]()
        await db[Symbol.asyncDispose]()
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  }
}
