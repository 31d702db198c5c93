import type { ServerResponse } from 'node:http'

import { expect, test } from 'vitest'

import { createClient, type Task, type TaskDetail } from './index.ts'
import { eventStream, json, problem, testServer } from './test/server.ts'

const task = (state: string, step: string | null = null, done = 0) => {
  return { number: 7, id: 'id', title: 'Start web1', state, step, steps: { done, all: 3 } }
}

async function states(tasks: AsyncIterable<Task | TaskDetail>): Promise<string[]> {
  const got: string[] = []
  for await (const one of tasks) got.push(`${one.state} ${one.step ?? ''}`.trim())
  return got
}

test('a task is followed by the stream to its end', async () => {
  let state = task('waiting')
  await using server = await testServer((request, response) => {
    if (request.url === '/api/v1/tasks/7') return json(response, 200, state)
    const send = eventStream(response)
    send('hello', { revision: 1 })
    state = task('running', 'define')
    send('change', { change: { revision: 2, task: 7 }, task: state }, 2)
    send('change', { change: { revision: 3, task: 8 }, task: { ...state, number: 8, state: 'failed' } }, 3)
    send('change', { change: { revision: 4, task: 7 }, task: task('running', 'start') }, 4)
    state = task('done')
    send('change', { change: { revision: 5, task: 7 } }, 5)
  })
  const got = await states(createClient({ baseUrl: server.url }).follow(7))
  expect(got[0]).toBe('waiting')
  expect(got.at(-1)).toBe('done')
  expect(got.filter((one) => one === 'done')).toHaveLength(1)
})

test('what a look has overtaken is not told after it', async () => {
  let looks = 0
  let send: ReturnType<typeof eventStream>
  await using server = await testServer((request, response) => {
    if (request.url !== '/api/v1/tasks/7') {
      send = eventStream(response)
      return send('hello', { revision: 1 })
    }
    looks++
    if (looks === 1) return json(response, 200, task('waiting'))
    if (looks > 2) return json(response, 200, task('done'))
    // The stream's older states arrive while the look is under way.
    send('change', { change: { revision: 2, task: 7 }, task: task('running', 'define', 0) }, 2)
    send('change', { change: { revision: 3, task: 7 }, task: task('running', 'start', 1) }, 3)
    send('change', { change: { revision: 4, task: 7 } }, 4)
    setTimeout(() => json(response, 200, task('running', 'see it run', 2)), 50)
  })
  const got = await states(createClient({ baseUrl: server.url }).follow(7))
  expect(got).toEqual(['waiting', 'running see it run', 'done'])
})

test('a task that has ended is told without a stream', async () => {
  await using server = await testServer((_, response) => json(response, 200, task('failed')))
  expect(await states(createClient({ baseUrl: server.url }).follow('7'))).toEqual(['failed'])
  expect(server.seen).toEqual(['GET /api/v1/tasks/7'])
})

test('where the stream is forbidden the task is asked for again and again', async () => {
  let asked = 0
  await using server = await testServer((request, response) => {
    if (request.url === '/api/v1/tasks/7') return json(response, 200, task(++asked < 4 ? 'running' : 'done'))
    return json(response, 403, problem('forbidden', 403, 'Your role may not do this.'))
  })
  const got = await states(createClient({ baseUrl: server.url }).follow(7, { pollMs: 5 }))
  expect(got).toEqual(['running', 'running', 'running', 'done'])
})

test('a Floe that restarts meanwhile is waited for', async () => {
  let asked = 0
  const open = new Set<ServerResponse>()
  await using server = await testServer((request, response) => {
    if (request.url === '/api/v1/tasks/7') {
      asked++
      if (asked === 2) return void response.destroy()
      if (asked === 3) return json(response, 503, problem('database_away', 503, 'Away.'))
      return json(response, 200, task(asked < 4 ? 'running' : 'done'))
    }
    open.add(response)
    eventStream(response)('hello', { revision: 1 })
    return void response.end()
  })
  const client = createClient({ baseUrl: server.url })
  expect(await states(client.follow(7, { backoffMs: [1, 2], auditMs: 20 }))).toEqual(['running', 'done'])
})

test('leaving the loop ends the stream behind it', async () => {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  await using server = await testServer((request, response) => {
    if (request.url === '/api/v1/tasks/7') return json(response, 200, task('running'))
    response.on('close', resolve)
    return eventStream(response)('hello', { revision: 1 })
  })
  let seen = 0
  for await (const _ of createClient({ baseUrl: server.url }).follow(7)) if (++seen === 2) break
  await closed
  expect(seen).toBe(2)
})
