import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { apiError } from '../api/errors.ts'
import type { Task } from '../api/resources/task.ts'
import type { RowsFor } from '../controller/change/feed.ts'
import { handler } from '../controller/http/handler.ts'
import { appendChanges } from '../db/append-changes.ts'
import { Interrupted } from './io.ts'
import { testFloe, type TestFloe } from './testing/floe.ts'
import { sampleTask } from './testing/samples.ts'

const ended = { startedAt: '2026-01-02T03:04:05Z', endedAt: '2026-01-02T03:04:07.300Z' }
/** What becomes of the task: a state further, with a change, each time it was looked at. The last stays. */
let states: Task[]

const detail = (task: Task) => ({ ...task, journal: [], locks: [], log: [], result: null, cancel: '' })

async function goOn(): Promise<void> {
  if (states.length === 1) return
  const [task] = (states = states.slice(1))
  const about = { objectKind: 'task', objectId: task!.id, objectName: '7', title: 'A step.', scopes: ['all'] }
  const change = { ...about, kind: 'task.step', authorKind: 'floe' } as const
  await floe.at.db.kysely.transaction().execute((trx) => appendChanges(trx, [change]))
}
const rowsFor: RowsFor = () =>
  Promise.resolve({
    vm: new Map(),
    host: new Map(),
    task: new Map([[states[0]!.id, states[0]!]]),
    pool: new Map(),
    network: new Map(),
  })

let floe: TestFloe
beforeAll(async () => {
  floe = await testFloe({
    handlers: [
      handler('startVm', ({ params }) => {
        if (params.vm === 'locked') throw apiError('vm_locked', { vm: 'locked', cause: 'is being moved', task: 4 })
        return Promise.resolve({ task: sampleTask(7) })
      }),
      handler('cancelTask', () => Promise.resolve({ task: sampleTask(7, { state: 'undoing' }) })),
      handler('getTask', () => {
        const [task] = states
        void goOn()
        return Promise.resolve(detail(task!))
      }),
    ],
    rowsFor,
  })
})
afterAll(() => floe[Symbol.asyncDispose]())
beforeEach(() => {
  states = [
    sampleTask(7),
    sampleTask(7, { state: 'running', step: 'define', steps: { done: 0, all: 2 } }),
    sampleTask(7, { state: 'done', ...ended }),
  ]
})

test('a verb that begins a task waits for its end, a line a step', async () => {
  expect(await floe.local('vm', 'start', 'web1')).toEqual({
    code: 0,
    out: 'Start web1: done (task 7, 2.3 s).\n',
    err: 'Start web1 · waiting\nStart web1 · step 1 of 2 · define\n',
  })
})

test('on a terminal one line lives and is gone at the end', async () => {
  const { err, out } = await floe.run(['vm', 'start', 'web1', '--data', floe.data], { tty: true })
  expect(err).toContain('\r\u001b[KStart web1 · step 1 of 2 · define · 0 s')
  expect(err.endsWith('\r\u001b[K')).toBe(true)
  expect(out).toBe('Start web1: done (task 7, 2.3 s).\n')
})

test('with --no-wait the task is only begun and named', async () => {
  expect(await floe.local('vm', 'start', 'web1', '--no-wait')).toEqual({
    code: 0,
    out: 'Task 7: Start web1\n',
    err: '',
  })
  const { out } = await floe.local('vm', 'start', 'web1', '--no-wait', '-o', 'json')
  expect(JSON.parse(out)).toMatchObject({ number: 7, state: 'waiting' })
})

test('a task that failed ends with 1, its sentence, and what is left over', async () => {
  const error = { code: 'host_silent', message: 'hv1 did not answer within 10 s.', left: 'The disk web1.qcow2.' }
  states = [sampleTask(7, { state: 'failed', error, ...ended })]
  expect(await floe.local('vm', 'start', 'web1')).toEqual({
    code: 1,
    out: '',
    err: 'Start web1: failed (task 7, 2.3 s).\nhv1 did not answer within 10 s.\nLeft over: The disk web1.qcow2.\n',
  })
  const json = await floe.local('vm', 'start', 'web1', '-o', 'json')
  expect(json.code).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({ state: 'failed' })
})

test('a refusal is the API’s sentence', async () => {
  expect(await floe.local('vm', 'start', 'locked')).toEqual({
    code: 1,
    out: '',
    err: 'locked is being moved (task 4). Wait for the task, or cancel it.\n',
  })
})

test('cancelling is well when the task was undone', async () => {
  states = [sampleTask(7, { state: 'undone', ...ended })]
  expect(await floe.local('task', 'cancel', '7')).toMatchObject({
    code: 0,
    out: 'Start web1: undone (task 7, 2.3 s).\n',
  })
  states = [sampleTask(7, { state: 'done', ...ended })]
  expect((await floe.local('task', 'cancel', '7')).code).toBe(1)
  expect((await floe.local('task', 'follow', '7')).code).toBe(0)
})

test('Ctrl-C while waiting leaves the task and says so', async () => {
  states = [sampleTask(7, { state: 'running', step: 'define' })]
  const { code, err } = await floe.run(['vm', 'start', 'web1', '--data', floe.data], {
    interrupt: AbortSignal.abort(new Interrupted()),
  })
  expect(code).toBe(130)
  expect(err).toContain('Task 7 goes on. "floe task follow 7" shows it, "floe task cancel 7" ends it.')
})
