import { expect, test } from 'vitest'

import { FloeError } from '../base/errors.ts'
import { step, type TaskKind } from './task.ts'
import { admin, testBench } from './testing/test-engine.ts'
import { gate, kindOf, runOne, say, stepsOf, type Cx, type Input, type World } from './testing/test-kinds.ts'

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
  const lines = await bench.db.kysely.selectFrom('task_log').select('line').execute()
  expect(lines).toEqual([
    { line: expect.stringMatching(/^"slow" did not stop when it was told to and was left alone/) },
  ])
  expect(await bench.db.kysely.selectFrom('lock').selectAll().execute()).toEqual([])
  deaf.resolve()
})

test('a result that is no JSON fails the step, and what it did is undone', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  const kind = kindOf([step('count', { do: async () => 2n ** 64n, undo: say('undo') })])
  expect(await runOne(bench.engine(world, [kind]), kind)).toMatchObject({ state: 'undone' })
  expect(world.said).toEqual(['undo web1'])
})

test('a call in whose middle the connection broke is asked for and taken up again, and the log says so', async () => {
  await using bench = await testBench()
  const world: World = { said: [] }
  let there = false
  const define = step<Input, World, undefined>('define', {
    done: async (cx) => {
      await say('ask')(cx)
      return there
    },
    do: async (cx) => {
      await say('do')(cx)
      there = world.said.length > 1 // the first call never arrived, the second one did
      throw new Error('write EPIPE.')
    },
    undo: say('undo'),
  })
  const kind = kindOf([define])
  const engine = bench.engine(world, [kind], { isBreak: (error) => (error as Error).message === 'write EPIPE.' })
  expect(await runOne(engine, kind)).toMatchObject({ state: 'done' })
  expect(world.said).toEqual(['do web1', 'ask web1', 'do web1', 'ask web1'])
  const lines = await bench.db.kysely.selectFrom('task_log').select('line').orderBy('id').execute()
  expect(lines[0]!.line).toBe(
    'The connection broke in the middle of "define": write EPIPE. It is taken up again in 0.5 s.',
  )
  expect(lines).toHaveLength(2)
})
