import { expect, test } from 'vitest'

import { killPoints, step } from './task.ts'
import { admin, testBench } from './testing/test-engine.ts'
import { changesOf, gate, kindOf, runOne, say, stepsOf, type Input, type World } from './testing/test-kinds.ts'

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

test('the same request with the same key gives the same task, and another request with it is refused', async () => {
  await using bench = await testBench()
  const kind = kindOf([step('say', { do: say('did') })])
  const world: World = { said: [] }
  const engine = bench.engine(world, [kind])
  const asked = (hash: string, name: string = 'admin') => ({ name, scopes: [], request: { key: 'k1', hash } })
  // What a handler chose for a request (an id, a host) may be another at the second time: the request is what counts.
  const inputs = ['web1', 'web1', 'web2', 'web3'].map((name) => ({ name }))
  const refs = await Promise.all(inputs.map((input) => engine.begin(kind, input, asked('h1'))))
  expect(new Set(refs.map(({ id }) => id)).size).toBe(1)
  await engine.waitFor(refs[0]!.id)
  expect(await engine.begin(kind, { name: 'web1' }, asked('h1'))).toMatchObject({ id: refs[0]!.id, state: 'done' })
  await expect(engine.begin(kind, { name: 'web2' }, asked('h2'))).rejects.toMatchObject({ code: 'key_reused' })
  expect(world.said).toHaveLength(1)
  const others = await engine.begin(kind, { name: 'web2' }, asked('h2', 'ada'))
  expect(others.id).not.toBe(refs[0]!.id)
})

test('a request whose task was refused keeps no key', async () => {
  await using bench = await testBench()
  const held = gate()
  const kind = kindOf([step('wait', { do: held.wait })])
  const engine = bench.engine({ said: [] }, [kind])
  const first = await engine.begin(kind, { name: 'web1' }, admin)
  const keyed = { ...admin, request: { key: 'k1', hash: 'h1' } }
  await expect(engine.begin(kind, { name: 'web1' }, keyed)).rejects.toMatchObject({ code: 'vm_locked' })
  expect(await bench.db.kysely.selectFrom('idempotency').selectAll().execute()).toEqual([])
  held.open()
  await engine.waitFor(first.id)
  expect((await engine.begin(kind, { name: 'web1' }, keyed)).id).not.toBe(first.id)
})

test('a step with nothing to do for an input is no step of the task, and its result is none', async () => {
  await using bench = await testBench()
  const seen: unknown[] = []
  const extra = step<Input, World, string | undefined>('extra', {
    when: ({ name }) => name === 'web1',
    do: async () => 'here',
    undo: say('undo extra'),
  })
  const kind = kindOf([extra, step('look', { do: async ({ resultOf }) => void seen.push(resultOf(extra)) })])
  const engine = bench.engine({ said: [] }, [kind])
  await runOne(engine, kind, 'web1')
  await runOne(engine, kind, 'web2')
  expect(seen).toEqual(['here', undefined])
  expect((await stepsOf(bench)).map(({ name }) => name)).toEqual(['extra', 'look', 'look'])
  expect(killPoints([kind])).toContain('test.run/extra/undo:after-effect')
})
