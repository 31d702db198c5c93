import type { ServerResponse } from 'node:http'

import { expect, test } from 'vitest'

import { createClient, type StreamMessage } from './index.ts'
import { eventStream, json, problem, testServer, type Received } from './test/server.ts'

const change = (revision: number) => ({
  change: { revision, at: '2026-01-01T00:00:00Z', kind: 'vm.started', title: `change ${revision}` },
})
const quick = { backoffMs: [1, 2] } as const

/** The stream's connections one after the other, each with its own script; a further one stays open and silent. */
function scripted(...scripts: ((response: ServerResponse, request: Received) => void)[]) {
  const requests: Received[] = []
  return {
    requests,
    handle: (request: Received, response: ServerResponse) => {
      requests.push(request)
      const script = scripts[requests.length - 1]
      if (script) script(response, request)
      else eventStream(response)
    },
  }
}

async function take(messages: AsyncIterable<StreamMessage>, count: number): Promise<string[]> {
  const got: string[] = []
  for await (const one of messages) {
    got.push(one.type === 'resync' ? `resync ${one.why}` : `${one.type} ${one.revision}`)
    if (got.length === count) break
  }
  return got
}

test('a cut stream goes on after the last change, and what comes twice is told once', async () => {
  const { handle, requests } = scripted(
    (response) => {
      const send = eventStream(response)
      send('hello', { revision: 10 })
      send('change', change(11), 11)
      send('change', change(12), 12)
      response.end()
    },
    (response) => {
      const send = eventStream(response)
      send('hello', { revision: 13 })
      send('change', change(12), 12)
      send('change', change(13), 13)
    },
  )
  await using server = await testServer(handle)
  const states: boolean[] = []
  const messages = createClient({ baseUrl: server.url }).changes({
    ...quick,
    onConnection: (state) => states.push(state.connected),
  })
  expect(await take(messages, 5)).toEqual(['hello 10', 'change 11', 'change 12', 'hello 13', 'change 13'])
  expect(requests[0]!.headers['last-event-id']).toBeUndefined()
  expect(requests[1]!.headers['last-event-id']).toBe('12')
  expect(requests[1]!.url).toBe('/api/v1/changes/stream?since=12')
  expect(states).toEqual([true, false, true])
})

test('a resumed stream that is cut before its first change resumes where it was, not at its hello', async () => {
  const { promise: resumed, resolve } = Promise.withResolvers<Received>()
  const { handle } = scripted(
    (response) => {
      eventStream(response)('hello', { revision: 90 })
      response.end()
    },
    (response, request) => {
      eventStream(response)
      resolve(request)
    },
  )
  await using server = await testServer(handle)
  const stop = new AbortController()
  const client = createClient({ baseUrl: server.url })
  const messages = client.changes({ ...quick, since: 40, signal: stop.signal })[Symbol.asyncIterator]()
  await messages.next()
  const end = messages.next()
  expect((await resumed).headers['last-event-id']).toBe('40')
  stop.abort()
  expect(await end).toMatchObject({ done: true })
})

test('a revision that is gone is a resync, told once the stream stands again', async () => {
  const { handle, requests } = scripted(
    (response) => json(response, 410, problem('revision_gone', 410, 'The change stream does not go back to 3.')),
    (response) => {
      const send = eventStream(response)
      send('hello', { revision: 50 })
      send('change', change(51), 51)
    },
  )
  await using server = await testServer(handle)
  const messages = createClient({ baseUrl: server.url }).changes({ ...quick, since: 3 })
  expect(await take(messages, 3)).toEqual(['hello 50', 'resync The change stream does not go back to 3.', 'change 51'])
  expect(requests[1]!.url).toBe('/api/v1/changes/stream')
})

test('a resync without a place to go on from is told again when the stream is cut right after it', async () => {
  const { handle } = scripted(
    (response) => {
      const send = eventStream(response)
      send('hello', { revision: 1 })
      send('resync', { why: 'You were too slow.' })
      response.end()
    },
    (response) => eventStream(response)('hello', { revision: 9 }),
  )
  await using server = await testServer(handle)
  expect(await take(createClient({ baseUrl: server.url }).changes(quick), 4)).toEqual([
    'hello 1',
    'resync You were too slow.',
    'hello 9',
    'resync The stream was cut before it said where it goes on.',
  ])
})

test('silence is a dead connection; comments are signs of life', async () => {
  let beats = 0
  let beating: NodeJS.Timeout | undefined
  const { handle, requests } = scripted((response) => {
    eventStream(response)('hello', { revision: 1 })
    beating = setInterval(() => {
      response.write(': alive\n')
      if (++beats === 10) clearInterval(beating)
    }, 150)
  })
  await using server = await testServer(handle)
  const cuts: string[] = []
  const stop = new AbortController()
  const messages = createClient({ baseUrl: server.url }).changes({
    ...quick,
    heartbeatMs: 1000,
    signal: stop.signal,
    onConnection: (state) => {
      if (state.connected) return
      cuts.push(`${beats} ${state.error.message}`)
      stop.abort()
    },
  })
  expect(await take(messages, 9)).toEqual(['hello 1'])
  expect(cuts).toEqual([`10 ${server.url} does not answer: the stream was silent for 1 s.`])
  expect(requests.length).toBe(1)
})

test('a refusal that trying again would not mend is thrown', async () => {
  const { handle } = scripted((response) => json(response, 401, problem('not_logged_in', 401, 'Log in first.')))
  await using server = await testServer(handle)
  await expect(take(createClient({ baseUrl: server.url }).changes(quick), 1)).rejects.toMatchObject({
    code: 'not_logged_in',
  })
})

test('a Floe that calls the present gone is not asked again and again', async () => {
  const gone = (response: ServerResponse) => json(response, 410, problem('revision_gone', 410, 'Gone.'))
  const { handle, requests } = scripted(gone, gone)
  await using server = await testServer(handle)
  const messages = createClient({ baseUrl: server.url }).changes({ ...quick, since: 1 })
  await expect(take(messages, 1)).rejects.toMatchObject({ code: 'revision_gone' })
  expect(requests).toHaveLength(2)
})

test('what a later Floe says besides is passed over', async () => {
  const { handle } = scripted((response) => {
    const send = eventStream(response)
    response.write('event: weather\ndata: sunny\n\n')
    send('hello', { revision: 3 })
  })
  await using server = await testServer(handle)
  expect(await take(createClient({ baseUrl: server.url }).changes(quick), 1)).toEqual(['hello 3'])
})

test('a Floe that is not ready is tried again, after as long as it says', async () => {
  const waits: number[] = []
  const { handle } = scripted(
    (response) => json(response, 503, problem('database_away', 503, 'Away.'), { 'retry-after': '0' }),
    (response) => void response.destroy(),
    (response) => eventStream(response)('hello', { revision: 1 }),
  )
  await using server = await testServer(handle)
  const client = createClient({ baseUrl: server.url, random: () => 1 })
  const messages = client.changes({
    backoffMs: [4, 8],
    onConnection: (state) => state.connected || waits.push(state.retryInMs),
  })
  expect(await take(messages, 1)).toEqual(['hello 1'])
  expect(waits).toEqual([0, 4])
})
