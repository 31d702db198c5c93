import type { TaskEngine } from '../task-engine.ts'
import { task, type StepContext, type TaskKind } from '../task.ts'
import { admin, type TestBench } from './test-engine.ts'

export type World = { readonly said: string[] }
export type Input = { readonly name: string }
export type Cx = StepContext<Input, World>

export const kindOf = (steps: TaskKind<Input, World>['steps'], name = 'test.run'): TaskKind<Input, World> =>
  task({
    name,
    title: (input) => `Run ${input.name}`,
    object: (input) => ({ kind: 'vm', id: `id of ${input.name}`, name: input.name }),
    locks: (input) => [{ kind: 'vm', id: `id of ${input.name}`, cause: 'is being run' }],
    steps,
  })

export const say =
  (word: string) =>
  async ({ world, input }: Cx): Promise<void> =>
    void world.said.push(`${word} ${input.name}`)

export const stepsOf = (bench: TestBench): Promise<{ name: string; state: string; attempt: number }[]> =>
  bench.db.kysely
    .selectFrom('task_step')
    .select(['name', 'state', 'attempt'])
    .orderBy('task_id')
    .orderBy('index')
    .execute()

export const changesOf = async (bench: TestBench): Promise<string[]> =>
  (await bench.db.kysely.selectFrom('change').select('title').orderBy('revision').execute()).map(({ title }) => title)

/** A step that tells that it has begun and goes on when it is let. */
export function gate(): { begun: Promise<void>; open: () => void; wait: (cx: Cx) => Promise<void> } {
  const begun = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const wait = async ({ signal }: Cx): Promise<void> => {
    begun.resolve()
    const stopped = Promise.withResolvers<never>()
    signal.addEventListener('abort', () => stopped.reject(new Error('stopped')))
    await Promise.race([opened.promise, stopped.promise])
  }
  return { begun: begun.promise, open: opened.resolve, wait }
}

export async function runOne(
  engine: TaskEngine<World>,
  kind: TaskKind<Input, World>,
  name = 'web1',
): ReturnType<TaskEngine<World>['waitFor']> {
  const { id } = await engine.begin(kind, { name }, admin)
  return engine.waitFor(id)
}
