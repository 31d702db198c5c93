import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { FloeError } from '../base/errors.ts'
import type { HostId } from '../base/ids.ts'
import { openDb } from '../db/open-db.ts'
import type { TaskEngine } from './task-engine.ts'
import { step, task, type StepContext, type TaskKind } from './task.ts'
import { admin, testBench, type TestBench } from './testing/test-engine.ts'

type World = { readonly said: string[] }
type Input = { readonly name: string }
type Cx = StepContext<Input, World>

const kindOf = (steps: TaskKind<Input, World>['steps'], name = 'test.run'): TaskKind<Input, World> =>
  task({
    name,
    title: (input) => `Run ${input.name}`,
    object: (input) => ({ kind: 'vm', id: `id of ${input.name}`, name: input.name }),
    locks: (input) => [{ kind: 'vm', id: `id of ${input.name}`, cause: 'is being run' }],
    steps,
  })

const say =
  (word: string) =>
  async ({ world, input }: Cx): Promise<void> =>
    void world.said.push(`${word} ${input.name}`)

const stepsOf = (bench: TestBench): Promise<{ name: string; state: string; attempt: number }[]> =>
  bench.db.kysely
    .selectFrom('task_step')
    .select(['name', 'state', 'attempt'])
    .orderBy('task_id')
    .orderBy('index')
    .execute()

const changesOf = async (bench: TestBench): Promise<string[]> =>
  (await bench.db.kysely.selectFrom('change').select('title').orderBy('revision').execute()).map(({ title }) => title)

/** A step that tells that it has begun and goes on when it is let. */
function gate(): { begun: Promise<void>; open: () => void; wait: (cx: Cx) => Promise<void> } {
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

async function runOne(
  engine: TaskEngine<World>,
  kind: TaskKind<Input, World>,
  name = 'web1',
): ReturnType<TaskEngine<World>['waitFor']> {
  const { id } = await engine.begin(kind, { name }, admin)
  return engine.waitFor(id)
}

test('a task runs its steps in order, hands results on, and tells the feed', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const first = step<Input, World, { size: number }>('first', { do: async () => ({ size: 7 }) })
  const kind = kindOf([
    first,
    step('second', {
      do: async ({ resultOf, log, progress, task }) => {
        log(`of ${task.title}\0`)
        progress({ done: 1, total: 2, unit: 'blocks', words: 'half way' })
        return { twice: resultOf(first).size * 2 }
      },
    }),
  ])
  const row = await runOne(bench.engine(world, [kind]), kind)
  expect(row).toMatchObject({
    state: 'done',
    result: { twice: 14 },
    object_name: 'web1',
    by_name: 'admin',
    scopes: ['all'],
  })
  expect(await changesOf(bench)).toEqual([
    'Run web1',
    'Run web1: begins',
    'Run web1: first begins',
    'Run web1: first is done',
    'Run web1: second begins',
    'Run web1: half way',
    'Run web1: second is done',
    'Run web1: done',
  ])
  const lines = await bench.db.kysely.selectFrom('task_log').select('line').execute()
  expect(lines).toEqual([{ line: 'of Run web1\ufffd' }])
})

test('a step without a result is told from a step that is not done', async () => {
  await using bench = await testBench()
  const seen: unknown[] = []
  const nothing = step<Input, World, string | undefined>('nothing', { do: async () => undefined })
  const later = step<Input, World, string>('later', { do: async () => 'here' })
  const kind = kindOf([
    nothing,
    step('look', {
      do: async ({ resultOf, resultIfAny }) => {
        seen.push(resultOf(nothing), resultIfAny(later))
        resultOf(later)
      },
    }),
    later,
  ])
  const row = await runOne(bench.engine({ said: [] }, [kind]), kind)
  expect(row).toMatchObject({ state: 'failed', error: { code: 'no_result', step: 'look' } })
  expect(seen).toEqual([undefined, undefined])
})

test('progress that comes fast is written seldom, and the last one arrives', async () => {
  await using bench = await testBench()
  const seen: unknown[] = []
  const kind = kindOf([
    step('copy', {
      do: async ({ progress }) => {
        for (let done = 1; done <= 500; done++) progress({ done, total: 500 })
        for (let last: unknown; last !== 500;) {
          const row = await bench.db.kysely.selectFrom('task').select('progress').executeTakeFirstOrThrow()
          last = row.progress?.done
          if (last !== undefined && last !== seen.at(-1)) seen.push(last)
        }
      },
    }),
  ])
  await runOne(bench.engine({ said: [] }, [kind]), kind)
  expect(seen.length).toBeLessThanOrEqual(2)
  expect((await changesOf(bench)).filter((title) => title === 'Run web1: goes on')).toHaveLength(1)
})

test('a second task on the same object is refused and told who holds it; afterwards it may', async () => {
  await using bench = await testBench()
  const held = gate()
  const kind = kindOf([step('wait', { do: held.wait })])
  const engine = bench.engine({ said: [] }, [kind])
  const { id, number } = await engine.begin(kind, { name: 'web1' }, admin)
  await held.begun
  await expect(engine.begin(kind, { name: 'web1' }, admin)).rejects.toMatchObject({
    code: 'vm_locked',
    status: 409,
    message: expect.stringMatching(`^web1 is being run \\(task ${number}: Run web1, since 20.*\\). Wait for the task`),
    details: { taskId: id, cause: 'is being run' },
  })
  expect(await bench.db.kysely.selectFrom('task').select('number').execute()).toEqual([{ number }])
  held.open()
  await engine.waitFor(id)
  const next = await engine.begin(kind, { name: 'web1' }, admin)
  expect(next.number).toBe(number + 1)
  expect(await engine.waitFor(next.id)).toMatchObject({ state: 'done' })
})

test('of many that want the same object at once, one gets it', async () => {
  await using bench = await testBench()
  const held = gate()
  const kind = kindOf([step('wait', { do: held.wait })])
  const engine = bench.engine({ said: [] }, [kind])
  const begun = await Promise.allSettled(Array.from({ length: 8 }, () => engine.begin(kind, { name: 'web1' }, admin)))
  expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  held.open()
})

test('the same idempotency key gives the same task, and is refused for another request', async () => {
  await using bench = await testBench()
  const kind = kindOf([step('say', { do: say('did') })])
  const world: World = { said: [] }
  const engine = bench.engine(world, [kind])
  const key = { idempotencyKey: 'k1' }
  const refs = await Promise.all(Array.from({ length: 4 }, () => engine.begin(kind, { name: 'web1' }, admin, key)))
  expect(new Set(refs.map(({ id }) => id)).size).toBe(1)
  await engine.waitFor(refs[0]!.id)
  expect(await engine.begin(kind, { name: 'web1' }, admin, key)).toMatchObject({ id: refs[0]!.id, state: 'done' })
  await expect(engine.begin(kind, { name: 'web2' }, admin, key)).rejects.toMatchObject({ code: 'key_reused' })
  expect(world.said).toEqual(['did web1'])
})

test('what failed is undone in reverse, only as far as it came', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const refused = new FloeError('pool_full', 507, 'The pool is full.', { free: 3 })
  const kind = kindOf([
    step('one', { do: say('one'), undo: say('undo one') }),
    step('look', { do: say('look') }),
    step('two', { do: () => Promise.reject(refused), undo: say('undo two') }),
    step('three', { do: say('three'), undo: say('undo three') }),
  ])
  const row = await runOne(bench.engine(world, [kind]), kind)
  expect(world.said).toEqual(['one web1', 'look web1', 'undo two web1', 'undo one web1'])
  expect(row.state).toBe('undone')
  expect(row.error).toEqual({
    code: 'pool_full',
    status: 507,
    message: 'The pool is full.',
    step: 'two',
    details: { free: 3 },
  })
  expect((await stepsOf(bench)).map(({ state }) => state)).toEqual(['undone', 'done', 'undone', 'waiting'])
})

test('a task that had nothing to undo has failed', async () => {
  await using bench = await testBench()
  const kind = kindOf([step('ask', { do: () => Promise.reject(new Error('no answer')) })])
  const row = await runOne(bench.engine({ said: [] }, [kind]), kind)
  expect(row).toMatchObject({ state: 'failed', error: { code: 'internal', message: 'no answer', step: 'ask' } })
})

test('an undo that fails is tried again, and the task ends undone when it works at last', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  let left = 2
  const undo = async (cx: Cx): Promise<void> => {
    await say('undo')(cx)
    if (left-- > 0) throw new Error('host is away')
  }
  const kind = kindOf([step('one', { do: () => Promise.reject(new Error('broken')), undo })])
  const row = await runOne(bench.engine(world, [kind], { undo: { times: 3, delayMs: 10 } }), kind)
  expect(row).toMatchObject({ state: 'undone', undo_attempts: 2, error: { message: 'broken' } })
  expect(world.said).toEqual(['undo web1', 'undo web1', 'undo web1'])
})

test('an undo that never works ends the task with both errors and what is left, and frees the object', async () => {
  await using bench = await testBench()
  const kind = kindOf([
    step('one', { do: say('one'), undo: say('undo one') }),
    step('two', { do: say('two'), undo: () => Promise.reject(new Error('host is away')) }),
    step('three', { do: () => Promise.reject(new Error('broken')) }),
  ])
  const row = await runOne(bench.engine({ said: [] }, [kind], { undo: { times: 2, delayMs: 10 } }), kind)
  expect(row).toMatchObject({
    state: 'failed',
    error: {
      message: 'broken',
      step: 'three',
      undo: { message: 'host is away', step: 'two' },
      left: ['one', 'two'],
    },
  })
  expect(await bench.db.kysely.selectFrom('lock').selectAll().execute()).toEqual([])
})

test('a running task that is cancelled stops its step and undoes itself', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const held = gate()
  const kind = kindOf([
    step('one', { do: say('one'), undo: say('undo one') }),
    step('wait', { do: held.wait, undo: say('undo wait') }),
  ])
  const engine = bench.engine(world, [kind])
  const other = bench.engine(world, [])
  const { id } = await engine.begin(kind, { name: 'web1' }, admin)
  await held.begun
  await other.cancel(id, { name: 'ann' })
  expect(await engine.waitFor(id)).toMatchObject({ state: 'cancelled', error: { code: 'task_cancelled' } })
  expect(world.said).toEqual(['one web1', 'undo wait web1', 'undo one web1'])
  await expect(engine.cancel(id)).rejects.toMatchObject({ code: 'task_ended' })
  const asked = await bench.db.kysely
    .selectFrom('change')
    .select('author')
    .where('kind', '=', 'task.cancel-asked')
    .execute()
  expect(asked).toEqual([{ author: 'ann' }])
})

test('a task that is cancelled before anybody took it does nothing', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const kind = kindOf([step('one', { do: say('one'), undo: say('undo one') })])
  const held = gate()
  const busy = kindOf([step('wait', { do: held.wait })], 'test.busy')
  const engine = bench.engine(world, [kind, busy], { parallel: 1 })
  const first = await engine.begin(busy, { name: 'web0' }, admin)
  await held.begun
  const { id } = await engine.begin(kind, { name: 'web1' }, admin)
  await engine.cancel(id)
  held.open()
  expect(await engine.waitFor(id)).toMatchObject({ state: 'cancelled' })
  expect(await engine.waitFor(first.id)).toMatchObject({ state: 'done' })
  expect(world.said).toEqual([])
})

test('a step is tried again after an error it accepts, and asks first whether it is done', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const flaky = step<Input, World, string>('flaky', {
    done: async (cx) => {
      await say('ask')(cx)
      return cx.attempt === 3 ? 'was there' : undefined
    },
    do: async (cx) => {
      await say('do')(cx)
      throw new Error('busy')
    },
    retry: { times: 4, delayMs: 1, when: (error) => (error as Error).message === 'busy' },
  })
  const kind = kindOf([flaky])
  const row = await runOne(bench.engine(world, [kind]), kind)
  expect(row).toMatchObject({ state: 'done', result: 'was there' })
  expect(world.said).toEqual(['do web1', 'ask web1', 'do web1', 'ask web1'])
  expect(await stepsOf(bench)).toEqual([{ name: 'flaky', state: 'done', attempt: 3 }])
})

test('retries end, and other errors are not retried', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const failing = (message: string): TaskKind<Input, World> =>
    kindOf(
      [
        step('flaky', {
          do: async (cx) => {
            await say(message)(cx)
            throw new Error(message)
          },
          retry: { times: 2, delayMs: 1, when: (error) => (error as Error).message === 'busy' },
        }),
      ],
      `test.${message}`,
    )
  const [busy, wrong] = [failing('busy'), failing('wrong')]
  const engine = bench.engine(world, [busy, wrong])
  expect(await runOne(engine, busy)).toMatchObject({ state: 'failed' })
  expect(await runOne(engine, wrong)).toMatchObject({ state: 'failed' })
  expect(world.said).toEqual(['busy web1', 'busy web1', 'busy web1', 'wrong web1'])
})

test('a step that is too slow is stopped by its deadline, also when it does not listen', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const deaf = Promise.withResolvers<void>()
  const listening = kindOf([step('slow', { do: gate().wait, undo: say('undo'), deadlineMs: 30 })], 'test.listening')
  const notListening = kindOf(
    [step('slow', { do: () => deaf.promise, undo: say('undo'), deadlineMs: 30 })],
    'test.deaf',
  )
  const engine = bench.engine(world, [listening, notListening], { graceMs: 50 })
  const late = { state: 'undone', error: { code: 'step_deadline', step: 'slow' } }
  expect(await runOne(engine, listening)).toMatchObject(late)
  expect(await runOne(engine, notListening)).toMatchObject(late)
  expect(world.said).toEqual(['undo web1', 'undo web1'])
  deaf.resolve()
})

test('a result that is no JSON fails the step, and what it did is undone', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const kind = kindOf([step('count', { do: async () => 2n ** 64n, undo: say('undo') })])
  expect(await runOne(bench.engine(world, [kind]), kind)).toMatchObject({ state: 'undone' })
  expect(world.said).toEqual(['undo web1'])
})

test('a step that lasts longer than the lease keeps it', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const kind = kindOf([
    step('long', {
      do: async (cx) => {
        await say('long')(cx)
        const lease = { until: 0, renewals: 0 }
        while (lease.renewals < 4) {
          const row = await bench.db.kysely.selectFrom('task').select('lease_until').executeTakeFirstOrThrow()
          if (row.lease_until!.getTime() !== lease.until) lease.renewals++
          lease.until = row.lease_until!.getTime()
        }
      },
    }),
  ])
  const engine = bench.engine(world, [kind], { leaseMs: 900 })
  bench.engine(world, [kind], { leaseMs: 900 })
  expect(await runOne(engine, kind)).toMatchObject({ state: 'done', epoch: 1 })
  expect(world.said).toEqual(['long web1'])
})

test('engines that race for tasks run each one once', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const kind = kindOf([step('one', { do: say('one') }), step('two', { do: say('two') })])
  const engines = [bench.engine(world, [kind]), bench.engine(world, [kind]), bench.engine(world, [kind])]
  const names = Array.from({ length: 24 }, (_, i) => `web${i}`)
  const rows = await Promise.all(names.map((name, i) => runOne(engines[i % 3]!, kind, name)))
  expect(rows.map(({ state }) => state)).toEqual(names.map(() => 'done'))
  expect([...world.said].sort()).toEqual(names.flatMap((name) => [`one ${name}`, `two ${name}`]).sort())
})

test('a task whose kind or step a newer Floe brought is left for it, or undone', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const held = gate()
  const newer = kindOf([
    step('one', { do: say('one'), undo: say('undo one') }),
    step('wait', { do: held.wait }),
    step('new', { do: say('new') }),
  ])
  const older = kindOf(newer.steps.slice(0, 2))
  const first = bench.engine(world, [newer])
  const { id } = await first.begin(newer, { name: 'web1' }, admin)
  await held.begun
  await first.stop()
  held.open()
  const second = bench.engine(world, [older])
  expect(await second.waitFor(id)).toMatchObject({ state: 'undone', error: { code: 'step_unknown', step: 'new' } })
  expect(world.said).toEqual(['one web1', 'undo one web1'])
})

test('connections that break in the middle of a task do not hurt it', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const cut = async (cx: Cx): Promise<void> => {
    await say('cut')(cx)
    await bench.db.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    )
  }
  const kind = kindOf([step('one', { do: cut }), step('two', { do: cut }), step('three', { do: say('three') })])
  const engine = bench.engine(world, [kind])
  const rows = [await runOne(engine, kind, 'a'), await runOne(engine, kind, 'b')]
  expect(rows.map(({ state }) => state)).toEqual(['done', 'done'])
  expect(world.said).toEqual(['cut a', 'cut a', 'three a', 'cut b', 'cut b', 'three b'])
})

test('who waits is let go by a signal, for a task that is not there, and when the engine stops', async () => {
  await using bench = await testBench()
  const held = gate()
  const kind = kindOf([step('wait', { do: held.wait })])
  const engine = bench.engine({ said: [] }, [kind])
  const ended: string[] = []
  using _ = engine.onEnd(({ title }) => ended.push(title))
  const { id } = await engine.begin(kind, { name: 'web1' }, admin)
  await held.begun
  await expect(engine.waitFor(id, AbortSignal.timeout(20))).rejects.toThrow('timeout')
  const nobody = '00000000-0000-7000-8000-000000000000' as typeof id
  await expect(engine.waitFor(nobody)).rejects.toMatchObject({ code: 'task_missing' })
  const waiting = engine.waitFor(id).catch((error: unknown) => error)
  await engine.stop()
  expect(await waiting).toMatchObject({ message: 'This controller ends; task 1 goes on.' })
  expect(ended).toEqual([])
})

test('while the database is away for longer than the lease the step is told to stop, and is taken up again after', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const elsewhere = new URL(bench.db.url)
  elsewhere.pathname = '/postgres'
  await using server = openDb({ url: elsewhere.href }, { max: 1 })
  const name = bench.db.name
  const kind = kindOf([
    step('one', {
      done: async (cx) => {
        await say('ask')(cx)
        return true
      },
      do: async (cx) => {
        await say('do')(cx)
        await server.pool.query('update pg_database set datallowconn = false where datname = $1', [name])
        await server.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name])
        if (!cx.signal.aborted) await once(cx.signal, 'abort')
        world.said.push((cx.signal.reason as Error).name)
        await server.pool.query('update pg_database set datallowconn = true where datname = $1', [name])
      },
    }),
  ])
  const engine = bench.engine(world, [kind])
  const { id } = await engine.begin(kind, { name: 'web1' }, admin)
  while (world.said.at(-1) !== 'LeaseLost') await setImmediate()
  const ended = bench.engine(world, []).waitFor(id)
  expect(await ended).toMatchObject({ state: 'done', epoch: 2 })
  expect(world.said).toEqual(['do web1', 'LeaseLost', 'ask web1'])
})

test('a task of a host runs only where the host is linked', async () => {
  await using bench = await testBench()
  const host = '01a1ffac-8a05-7c6c-959d-1c05938ecfdc' as HostId
  const kind = task<Input, World>({
    name: 'test.host',
    title: () => 'Look',
    host: () => host,
    locks: () => [],
    steps: [step('say', { do: say('did') })],
  })
  const [here, there]: World[] = [{ said: [] }, { said: [] }]
  const unlinked = bench.engine(here!, [kind], { hosts: () => [] })
  const { id } = await unlinked.begin(kind, { name: 'web1' }, admin)
  bench.engine(there!, [kind], { hosts: () => [host] })
  expect(await unlinked.waitFor(id)).toMatchObject({ state: 'done', host_id: host })
  expect([here, there]).toEqual([{ said: [] }, { said: ['did web1'] }])
})
