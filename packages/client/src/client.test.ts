import { expect, test } from 'vitest'

import { ApiProblem, createClient, NotReachable } from './index.ts'
import { json, problem, testServer, type Received } from './test/server.ts'

test('a call has its path, its query without what is undefined, and its body', async () => {
  const bodies: string[] = []
  await using server = await testServer((request, response) => {
    bodies.push(request.text)
    json(response, request.method === 'POST' ? 202 : 200, { items: [], task: { number: 1 } })
  })
  const client = createClient({ baseUrl: server.url })
  await client.listVms({ query: { q: 'a b', state: undefined, limit: 2 } })
  expect(await client.createVm({ body: { name: 'web1', from: 'empty' } })).toMatchObject({ task: { number: 1 } })
  await client.startVm({ params: { vm: 'a/b?c' } })
  expect(server.seen).toEqual(['GET /api/v1/vms?q=a+b&limit=2', 'POST /api/v1/vms', 'POST /api/v1/vms/a%2Fb%3Fc/start'])
  expect(JSON.parse(bodies[1]!)).toEqual({ name: 'web1', from: 'empty' })
})

test('a name that would lead to another operation is refused before anything is sent', async () => {
  await using server = await testServer((_, response) => json(response, 202, {}))
  const client = createClient({ baseUrl: server.url })
  for (const vm of ['', '.', '..']) {
    await expect(client.deleteVm({ params: { vm } })).rejects.toMatchObject({ code: 'not_found', status: 404 })
  }
  expect(server.seen).toEqual([])
})

test('a refusal is thrown with its code, its sentence, its fields and when to try again', async () => {
  await using server = await testServer((_, response) =>
    json(
      response,
      429,
      {
        ...problem('slow_down', 429, 'Too many wrong passwords for anna. Try again in 4 s.'),
        errors: [{ field: 'name', why: 'x' }],
      },
      { 'retry-after': '4' },
    ),
  )
  const refused = createClient({ baseUrl: server.url }).session()
  await expect(refused).rejects.toBeInstanceOf(ApiProblem)
  await expect(refused).rejects.toMatchObject({
    code: 'slow_down',
    status: 429,
    message: 'Too many wrong passwords for anna. Try again in 4 s.',
    errors: [{ field: 'name', why: 'x' }],
    retryAfter: 4,
  })
})

test('what is no problem document is told as not from Floe', async () => {
  await using server = await testServer((_, response) => void response.writeHead(502).end('<h1>Bad gateway</h1>'))
  const refused = createClient({ baseUrl: server.url }).listVms()
  await expect(refused).rejects.toMatchObject({ code: 'not_floe', status: 502 })
})

test('the token goes with every call, and the csrf of the last session answer with every change', async () => {
  const headers: Received['headers'][] = []
  await using server = await testServer((request, response) => {
    headers.push(request.headers)
    if (request.url === '/api/v1/logout') response.writeHead(204).end()
    else json(response, 200, { csrf: 'c1', items: [] })
  })
  const client = createClient({ baseUrl: server.url, token: 't1' })
  await client.login({ body: { name: 'a', password: 'b' } })
  await client.listVms()
  expect(await client.logout()).toBeUndefined()
  expect(headers.map((one) => [one['authorization'], one['x-floe-csrf']])).toEqual([
    ['Bearer t1', undefined],
    ['Bearer t1', undefined],
    ['Bearer t1', 'c1'],
  ])
})

test('an answer that the operation lists is no refusal, whatever its status', async () => {
  await using server = await testServer((_, response) => json(response, 503, { status: 'starting', version: '0' }))
  expect(await createClient({ baseUrl: server.url }).ready()).toMatchObject({ status: 'starting' })
})

test('a picture is bytes with their type', async () => {
  await using server = await testServer(
    (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80])),
  )
  const picture = await createClient({ baseUrl: server.url }).screenshotVm({ params: { vm: 'a' } })
  expect(picture.type).toBe('image/png')
  expect(new Uint8Array(await picture.arrayBuffer())).toEqual(new Uint8Array([137, 80]))
})

test('nobody there, and silence, are not reachable; being cancelled is neither', async () => {
  const gone = await testServer(() => undefined)
  await gone[Symbol.asyncDispose]()
  const refused = createClient({ baseUrl: gone.url }).health()
  await expect(refused).rejects.toBeInstanceOf(NotReachable)
  await expect(refused).rejects.toThrow(`${gone.url} does not answer: `)

  await using silent = await testServer(() => undefined)
  const late = createClient({ baseUrl: silent.url, timeoutMs: 50 }).health()
  await expect(late).rejects.toThrow(`${silent.url} does not answer: no answer within 0.05 s.`)

  const cancel = new AbortController()
  const cancelled = createClient({ baseUrl: silent.url }).health({ signal: cancel.signal })
  cancel.abort(new Error('changed my mind'))
  await expect(cancelled).rejects.toThrow('changed my mind')
})
