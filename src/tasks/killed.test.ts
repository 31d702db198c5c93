import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { expect, test } from 'vitest'

import type { TaskId } from '../base/ids.ts'
import { killPoints } from './task.ts'
import type { ChildOrders } from './testing/fake-controller.ts'
import { fakeCreate, FakeHost, fakeHold } from './testing/fake-host.ts'
import { testBench } from './testing/test-engine.ts'

type Child = AsyncDisposable & {
  readonly process: ChildProcessWithoutNullStreams
  readonly words: AsyncIterator<string, undefined>
  readonly exit: Promise<unknown[]>
}

function startChild(orders: ChildOrders): Child {
  const program = new URL('testing/fake-controller.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=floe-source', program, JSON.stringify(orders)])
  child.stderr.pipe(process.stderr, { end: false })
  const exit = once(child, 'exit')
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exit
  }
  const words = createInterface(child.stdout)[Symbol.asyncIterator]()
  return { process: child, words, exit, [Symbol.asyncDispose]: dispose }
}

async function nextWord(child: Child): Promise<string> {
  const { value, done } = await child.words.next()
  if (done) throw new Error('The child ended without a word.')
  return value
}

const finished = { fails: false, ends: 'done', effects: ['define', 'start'] }
const undone = { fails: true, ends: 'undone', effects: ['define', 'start', 'destroy', 'undefine'] }

/** Where the controller is killed, and what another one makes of it. A new step without its rows fails the first test. */
const rows: Readonly<Record<string, typeof finished>> = {
  'fake.create/choose/before-journal': finished,
  'fake.create/choose/before-effect': finished,
  'fake.create/choose/after-effect': finished,
  'fake.create/choose/after-journal': finished,
  'fake.create/define/before-journal': finished,
  'fake.create/define/before-effect': finished,
  'fake.create/define/after-effect': finished,
  'fake.create/define/after-journal': finished,
  'fake.create/define/undo:before-journal': undone,
  'fake.create/define/undo:before-effect': undone,
  'fake.create/define/undo:after-effect': undone,
  'fake.create/define/undo:after-journal': undone,
  'fake.create/start/before-journal': finished,
  'fake.create/start/before-effect': finished,
  'fake.create/start/after-effect': finished,
  'fake.create/start/after-journal': finished,
  'fake.create/start/undo:before-journal': undone,
  'fake.create/start/undo:before-effect': undone,
  'fake.create/start/undo:after-effect': undone,
  'fake.create/start/undo:after-journal': undone,
  'fake.create/check/before-journal': finished,
  'fake.create/check/before-effect': finished,
  'fake.create/check/after-effect': finished,
  'fake.create/check/after-journal': finished,
}

test('every place where a controller can be killed has its row', () => {
  expect(killPoints([fakeCreate]).sort()).toEqual(Object.keys(rows).sort())
})

test.concurrent.for(Object.entries(rows))('killed at %s, another ends the task', async ([killAt, row], { expect }) => {
  await using bench = await testBench()
  const { url } = bench.db
  const input = { name: 'web1', fails: row.fails }
  await using child = startChild({ url, folder: bench.folder, kind: 'fake.create', input, leaseMs: 400, killAt })
  const id = (await nextWord(child)) as TaskId
  expect(await child.exit).toEqual([null, 'SIGKILL'])

  const host = new FakeHost(bench.folder)
  const engine = bench.engine({ host, who: 'second', say: () => {} }, [fakeCreate, fakeHold])
  const ended = await engine.waitFor(id)
  expect(ended).toMatchObject({ state: row.ends, lease_holder: null })
  expect(host.effects()).toEqual(row.effects.map((effect) => `${effect} web1`))
  expect(host.find('web1')).toEqual(row.fails ? undefined : { madeBy: id, startedBy: id })
  expect(await bench.db.kysely.selectFrom('lock').selectAll().execute()).toEqual([])
  const steps = await bench.db.kysely.selectFrom('task_step').select('state').orderBy('index').execute()
  expect(steps.map(({ state }) => state)).toEqual(
    row.fails ? ['done', 'undone', 'undone', 'failed'] : ['done', 'done', 'done', 'done'],
  )
})

const holdingChild = ({ db, folder }: Awaited<ReturnType<typeof testBench>>, leaseMs: number): Child =>
  startChild({ url: db.url, folder, kind: 'fake.hold', input: { name: 'web1', fails: false }, leaseMs })

test('a controller that was stopped and wakes up finds its lease lost and writes nothing more', async () => {
  await using bench = await testBench()
  await using child = holdingChild(bench, 600)
  const id = (await nextWord(child)) as TaskId
  expect(await nextWord(child)).toBe('in step')
  child.process.kill('SIGSTOP')

  const world = { host: new FakeHost(bench.folder), who: 'second', say: () => {} }
  const engine = bench.engine(world, [fakeCreate, fakeHold])
  const ended = await engine.waitFor(id)
  expect(ended).toMatchObject({ state: 'done', epoch: 2, result: { by: 'second', after: 'second' } })

  child.process.kill('SIGCONT')
  for (let word = ''; !word.includes('was given up here');) word = await nextWord(child)
  child.process.stdin.end()
  expect(await child.exit).toEqual([0, null])
  const row = await bench.db.kysely.selectFrom('task').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  expect(row).toEqual(ended)
  const changes = await bench.db.kysely.selectFrom('change').select('kind').orderBy('revision').execute()
  expect(changes.at(-1)).toEqual({ kind: 'task.ended' })
})

test('a controller that is asked to end gives its tasks back at once', async () => {
  await using bench = await testBench()
  await using child = holdingChild(bench, 60_000)
  const id = (await nextWord(child)) as TaskId
  expect(await nextWord(child)).toBe('in step')
  const world = { host: new FakeHost(bench.folder), who: 'second', say: () => {} }
  const engine = bench.engine(world, [fakeCreate, fakeHold])
  child.process.stdin.end()
  const ended = await engine.waitFor(id)
  // The step was cut off and said that it went well, so it is not done again.
  expect(ended).toMatchObject({ state: 'done', epoch: 2, result: { by: 'child', after: 'second' } })
  expect(await child.exit).toEqual([0, null])
})
