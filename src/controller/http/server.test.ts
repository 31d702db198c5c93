import { stat } from 'node:fs/promises'
import { connect } from 'node:net'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { routes } from '../../api/index.ts'
import { handler, type Handler } from './handler.ts'
import { urlOf } from './route-table.ts'
import { testServer, type LoggedIn, type TestServer } from './testing.ts'

let began = 0
const task = {
  id: '0199aaaa-0000-7000-8000-000000000001',
  number: 1,
  kind: 'vm.start',
  title: 'Start web',
  object: null,
  state: 'waiting' as const,
  step: null,
  steps: { done: 0, all: 1 },
  progress: null,
  cause: null,
  by: 'admin',
  error: null,
  createdAt: new Date(0).toISOString(),
  startedAt: null,
  endedAt: null,
}
const handlers: readonly Handler[] = [
  handler('startVm', ({ params }) => {
    began++
    if (params.vm === 'refused') return Promise.reject(new Error('secret stack detail'))
    return Promise.resolve({ task: { ...task, number: began } })
  }),
  handler('listVms', ({ query }) =>
    Promise.resolve({ items: [], total: query.limit ?? -1, next: query.q ?? null, revision: 0 }),
  ),
  handler('createVm', () => Promise.resolve({ task })),
  handler('screenshotVm', () => Promise.resolve(Buffer.from('\x89PNG'))),
]

let at: TestServer
let admin: LoggedIn
beforeAll(async () => {
  at = await testServer({ handlers })
  admin = await at.logIn()
})
afterAll(() => at[Symbol.asyncDispose]())

test('without a login every route is refused, except the few that are for anyone', async () => {
  const open: string[] = []
  for (const route of Object.values(routes)) {
    const path = urlOf(route).replaceAll(/:\w+/g, 'x')
    const { status, json } = await at.ask(path, { method: route.method })
    if (status !== 401 && json?.code !== 'no_route') open.push(route.id)
  }
  expect(open.sort()).toEqual(['health', 'openapi', 'ready', 'session.login'])
})

test('a foreign name that resolves to loopback gets no call, page or figure, logged in or not', async () => {
  const port = String(at.port)
  const paths = ['/api/v1/session', '/api/v1/changes/stream', '/', '/healthz', '/api/v1/openapi.json']
  const foreign = [
    { host: `evil.example:${port}` },
    { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
    { host: `127.0.0.1:${port}`, origin: 'http://evil.example' },
    { host: `127.0.0.1:${port}`, origin: 'null' },
    { host: `127.0.0.1:${port}`, origin: `https://127.0.0.1:${port}` },
    { host: `localhost:${port}`, origin: `http://localhost:${Number(port) + 1}` },
    { host: `127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' },
    { host: `localhost.evil.example:${port}` },
    { host: `127.0.0.1@evil.example` },
  ]
  for (const headers of foreign) {
    for (const path of paths) {
      const { status, json } = await at.ask(path, { headers: { ...admin.headers, ...headers } })
      expect([status, json.code, headers]).toEqual([403, 'foreign_origin', headers])
    }
  }
})

test('the Unix socket is the administrator, and speaks to no browser', async () => {
  expect((await at.ask('/api/v1/users', { local: true })).status).toBe(200)
  const relayed = await at.ask('/api/v1/users', { local: true, headers: { origin: 'http://localhost' } })
  expect(relayed.json.code).toBe('foreign_origin')
  const renamed = await at.ask('/api/v1/users', { local: true, headers: { host: 'evil.example' } })
  expect(renamed.json.code).toBe('foreign_origin')
  expect((await stat(at.socketPath)).mode & 0o777).toBe(0o600)
})

test('a WebSocket needs the Origin of this address', async () => {
  const answers = await Promise.all([upgrade(undefined), upgrade('http://evil.example'), upgrade('null')])
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 403 /)
})

const upgrade = (origin: string | undefined): Promise<string> =>
  asText(
    `GET /api/v1/consoles/socket HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${origin ? `Origin: ${origin}\r\n` : ''}\r\n`,
  )

test('a page must send its CSRF token with what changes something, a bearer token need not', async () => {
  const path = '/api/v1/vms/web/start'
  const { cookie } = admin.headers
  expect((await at.ask(path, { method: 'POST', headers: { cookie } })).json.code).toBe('no_csrf')
  const wrong = await at.ask(path, { method: 'POST', headers: { cookie, 'x-floe-csrf': 'x' } })
  expect(wrong.json.code).toBe('old_csrf')
  expect((await at.ask(path, { method: 'POST', headers: admin.headers })).status).toBe(202)
  const cli = await at.ask('/api/v1/login', { body: { name: 'admin', password: admin.password, use: 'cli' } })
  const authorization = `Bearer ${cli.json.token}`
  expect((await at.ask(path, { method: 'POST', headers: { authorization } })).status).toBe(202)
  const asCookie = `floe-${cli.json.copy.slice(-8)}=${cli.json.token}`
  expect((await at.ask('/api/v1/session', { headers: { cookie: asCookie } })).status).toBe(401)
})

test('a method that an address does not take is refused with those that it does', async () => {
  const deleted = await at.ask('/api/v1/users', { method: 'DELETE', headers: admin.headers })
  expect([deleted.status, deleted.json.code, deleted.headers.allow]).toEqual([405, 'wrong_method', 'GET, POST'])
  expect(deleted.json.title).toBe('/api/v1/users takes no DELETE, only GET, POST. /api/v1/openapi.json says for what.')
  const one = await at.ask('/api/v1/vms/web/start')
  expect([one.status, one.headers.allow]).toEqual([405, 'POST'])
  const none = await at.ask('/api/v1/nothing', { method: 'DELETE' })
  expect([none.status, none.json.code, none.headers.allow]).toEqual([404, 'no_route', undefined])
})

test('a request without a Host is told what it lacks', async () => {
  const said = (host: string): Promise<string> =>
    asText(`GET /healthz HTTP/1.1\r\nHost:${host}\r\nConnection: close\r\n\r\n`)
  expect(await said('')).toContain('The request came from a client that sent no Host, and only')
  expect(await said(' evil.example')).toContain('The request came from evil.example, and only')
})

function asText(sent: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect(at.port, '127.0.0.1')
  let got = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => (got += text))
  socket.on('close', () => resolve(got))
  socket.on('error', reject)
  socket.write(sent)
  return promise
}

test('what is not JSON is refused in words before anything happens', async () => {
  const post = (raw: string | Buffer, type = 'application/json') =>
    at.ask('/api/v1/vms', { raw, headers: { ...admin.headers, 'content-type': type } })
  const why = async (raw: string | Buffer, type?: string) => {
    const { json } = await post(raw, type)
    return [json.status, json.code, json.title]
  }
  expect(await why('{"name":')).toEqual([400, 'malformed', expect.stringContaining('it is not JSON')])
  expect(await why(Buffer.from([0x22, 0xff, 0x22]))).toEqual([400, 'malformed', expect.stringContaining('not UTF-8')])
  expect(await why('['.repeat(100_000))).toEqual([400, 'malformed', expect.stringContaining('nests deeper than 32')])
  expect(await why('{"a":{"__proto__":{}}}')).toEqual([400, 'malformed', expect.stringContaining('__proto__')])
  expect(await why('{"\\u005f_proto__":1}')).toEqual([400, 'malformed', expect.stringContaining('__proto__')])
  expect(await why('a=1', 'text/plain')).toEqual([400, 'malformed', expect.stringContaining('content type')])
  expect((await post(`"${'x'.repeat(1024 * 1024)}"`)).json.code).toBe('too_large')
})

test('what does not fit the schema is refused field by field', async () => {
  const { status, headers, json } = await at.ask('/api/v1/vms', {
    headers: admin.headers,
    body: { name: 'x'.repeat(10_000), memoryMiB: -1, vcpus: 2 ** 53, weird: '<b>' },
  })
  expect([status, headers['content-type'], json.type]).toEqual([422, 'application/problem+json', '/errors/not_valid'])
  const fields = json.errors.map((error: { field: string }) => error.field)
  expect(fields).toEqual(expect.arrayContaining(['name', 'memoryMiB', 'vcpus', 'weird']))
  expect(json.title).toBe(`${json.errors[0].label ?? json.errors[0].field} ${json.errors[0].why}.`)
  expect(json.errors).toContainEqual({
    field: 'vcpus',
    pointer: '/vcpus',
    label: 'Number of vCPUs',
    why: 'must be 710 or less',
  })
  expect(json.instance).toBe(`urn:floe:request:${String(headers['x-request-id'])}`)
})

test('an address that cannot be read is refused too, and the next request is answered', async () => {
  for (const path of ['/api/v1/vms/%zz', '/%', `/api/v1/vms/${'x'.repeat(5000)}`, '//', '/api/v1/vms/a%00b']) {
    const { status, json } = await at.ask(path, { headers: admin.headers })
    expect([path.slice(0, 20), status, json.type]).toEqual([
      path.slice(0, 20),
      expect.toBeOneOf([400, 404]),
      expect.stringContaining('/errors/'),
    ])
  }
  const { status } = await at.ask('/api/v1/vms?q=%zz', { headers: admin.headers })
  expect(status).toBeLessThan(500)
})

test('a query is read as the numbers its schema asks for, and a misspelt parameter is told', async () => {
  const list = (query: string) => at.ask(`/api/v1/vms?${query}`, { headers: admin.headers })
  expect((await list('limit=7&q=a%20b')).json).toMatchObject({ total: 7, next: 'a b' })
  expect((await list('')).json.total).toBe(100)
  for (const wrong of ['limit=0', 'limit=x', 'limit=1.5', 'limit=1&limit=2', 'limit=', 'limt=3']) {
    expect([(await list(wrong)).json.code, wrong]).toEqual(['not_valid', wrong])
  }
})

test('a mistake of ours is "internal" with the request, never a stack, and the log has it', async () => {
  const { status, json, text } = await at.ask('/api/v1/vms/refused/start', { method: 'POST', headers: admin.headers })
  expect([status, json.code]).toEqual([500, 'internal'])
  expect(text).not.toContain('secret stack detail')
  expect(at.logged.join('')).toContain('secret stack detail')
})

test('bytes go out with their media type, and every answer has the security headers', async () => {
  const { headers, status } = await at.ask('/api/v1/vms/web/screenshot', { headers: admin.headers })
  expect([status, headers['content-type']]).toEqual([200, 'image/png'])
  expect(headers).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
})

test('health and readiness need no login, figures do', async () => {
  expect((await at.ask('/healthz')).json.status).toBe('ok')
  expect((await at.ask('/readyz')).status).toBe(200)
  expect((await at.ask('/metrics')).status).toBe(401)
  const { text } = await at.ask('/metrics', { headers: admin.headers })
  expect(text).toContain('floe_http_seconds_count{route="session.login",status="200"}')
})

test('no password, token or cookie is in the log', async () => {
  const log = at.logged.join('')
  const { cookie, 'x-floe-csrf': csrf } = admin.headers
  for (const secret of [admin.password, cookie.split('=')[1]!, csrf]) expect(log).not.toContain(secret)
  expect(log).toContain('"route":"session.password"')
})

test('a server with a route that nobody answers does not start, and names it', async () => {
  await expect(testServer({ server: { missing: [] } })).rejects.toThrow(/overview|vm\.|host\./)
})

test('plain HTTP is refused beyond loopback', async () => {
  await expect(at.server.listen({ host: '0.0.0.0', port: 0 })).rejects.toThrow('Give a certificate')
})
