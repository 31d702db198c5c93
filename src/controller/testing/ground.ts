import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Task } from '@floe/client'

import { startController, type Controller } from '../../../testbed/controller.ts'
import { scratch } from '../../../testbed/scratch.ts'
import { until } from '../../../testbed/until.ts'
import { startFakeHost, type FakeHost } from './fake-host.ts'

/** A fake host, and a controller that has adopted it and whose tasks can be made to stand still. */
export type Ground = AsyncDisposable & {
  readonly host: FakeHost
  readonly floe: Controller
  /** Begins a task and waits until it stands at `place`; `go` lets it go on. */
  standing(
    place: string,
    begin: () => Promise<{ readonly task: Task }>,
  ): Promise<{ task: Task; readonly go: () => void }>
}

export async function ground(database?: string): Promise<Ground> {
  await using made = new AsyncDisposableStack()
  const hold = join(made.use(await scratch('hold')).path, 'hold')
  const host = made.use(await startFakeHost())
  const floe = made.use(
    await startController({
      host: { name: host.name, uri: host.uri },
      ...(database !== undefined && { database }),
      env: { FLOE_HOLD_FILE: hold },
    }),
  )
  const owned = made.move()
  return {
    host,
    floe,
    async standing(place, begin) {
      writeFileSync(hold, place)
      const { task } = await begin()
      await until(`a task at ${place}`, () => !existsSync(hold))
      return { task, go: () => writeFileSync(`${hold}.go`, place) }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
