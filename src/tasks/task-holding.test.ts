import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'

import { expect, test } from 'vitest'

import type { HostId } from '../base/ids.ts'
import { openDb } from '../db/open-db.ts'
import { step, task } from './task.ts'
import { admin, testBench } from './testing/test-engine.ts'
import { gate, kindOf, runOne, say, type Cx, type Input, type World } from './testing/test-kinds.ts'

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
  // Long leases: a machine that stands still must not let one run out, after which its step may be taken twice.
  const engines = [1, 2, 3].map(() => bench.engine(world, [kind], { leaseMs: 60_000 }))
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
