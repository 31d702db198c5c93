import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'

import { routes, type RouteName } from '../../api/index.ts'
import { testDatabase, type TestDatabase } from '../../db/testing.ts'
import { createAuth } from '../auth/auth.ts'
import { createFeed, type RowsFor } from '../change/feed.ts'
import { createConsoles, type ConsoleHosts, type Consoles } from '../console/consoles.ts'
import type { Handler } from './handler.ts'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { ServerOptions } from './server-options.ts'
import { createServer, type FloeServer } from './server.ts'

export const testCopy = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000'

export type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every route
  readonly json: any
}

export type Asking = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Buffer
  /** Over the Unix socket, as the machine's administrator. */
  readonly local?: boolean
}

/** A whole HTTP side on a fresh database, on a port and a Unix socket of its own. */
export type TestServer = AsyncDisposable & {
  readonly server: FloeServer
  readonly db: TestDatabase
  readonly consoles: Consoles
  readonly url: string
  readonly port: number
  readonly socketPath: string
  /** Every line it logged. */
  readonly logged: readonly string[]
  ask(path: string, asking?: Asking): Promise<Answer>
  /** A password of `admin` that is chosen, and what a page of theirs sends along. */
  logIn(): Promise<LoggedIn>
}

export type LoggedIn = {
  readonly password: string
  readonly headers: { readonly cookie: string; readonly 'x-floe-csrf': string }
}

export type TestServerOptions = {
  readonly handlers?: readonly Handler[] | ((db: TestDatabase) => readonly Handler[])
  readonly rowsFor?: RowsFor
  readonly consoleHosts?: Partial<ConsoleHosts>
  readonly server?: Partial<ServerOptions>
  readonly beatMs?: number
}

const noRows: RowsFor = () =>
  Promise.resolve({ vm: new Map(), host: new Map(), task: new Map(), pool: new Map(), network: new Map() })
const notHere = (): Promise<never> => Promise.reject(new Error('This test has no VMs.'))

export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'floe-http-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const db = stack.use(await testDatabase())
  const logged: string[] = []
  const to = new Writable({
    write: (line: Buffer, _, done) => {
      logged.push(String(line))
      done()
    },
  })
  const log = createLog({ level: 'debug', to })
  const auth = stack.use(await createAuth({ db, copy: testCopy, version: '0.1.0', log }))
  const handlers = (typeof options.handlers === 'function' ? options.handlers(db) : options.handlers) ?? []
  const own: readonly string[] = ['session', 'user', 'change', 'console', 'health', 'ready', 'metrics', 'openapi']
  const missing = (Object.keys(routes) as RouteName[]).filter(
    (name) => !own.includes(routes[name].id.split('.')[0]!) && !handlers.some((handler) => handler.name === name),
  )
  const hosts = { find: notHere, graphicsOf: notHere, openConsole: notHere, ...options.consoleHosts }
  const feed = stack.use(
    createFeed({
      db,
      rowsFor: options.rowsFor ?? noRows,
      sessions: auth,
      log,
      ...(options.beatMs !== undefined && { beatMs: options.beatMs }),
    }),
  )
  const consoles = stack.use(createConsoles({ db, hosts, sessions: auth, log }))
  const server = await createServer({
    handlers,
    missing,
    db,
    auth,
    feed,
    consoles,
    log,
    metrics: createMetrics({ feed: () => feed }),
    copy: testCopy,
    version: '0.1.0',
    addresses: [],
    ready: () => Promise.resolve({ ok: true }),
    checkAnswers: true,
    ...options.server,
  })
  stack.use(server)
  const socketPath = join(folder, 'floe.sock')
  await server.listen({ unix: socketPath })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const port = Number(new URL(url).port)
  const ask = (path: string, asking: Asking = {}): Promise<Answer> =>
    asked({ path, asking, ...(asking.local ? { socketPath } : { host: '127.0.0.1', port }) })
  const logIn = (): Promise<LoggedIn> => logInAsAdmin(ask)
  const kept = stack.move()
  return {
    server,
    db,
    consoles,
    url,
    port,
    socketPath,
    logged,
    ask,
    logIn,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function asked({ path, asking, ...where }: { path: string; asking: Asking } & object): Promise<Answer> {
  const { body, raw, headers } = asking
  const bytes = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const options = {
    ...where,
    path,
    method: asking.method ?? (bytes === undefined ? 'GET' : 'POST'),
    headers: { ...(bytes !== undefined && { 'content-type': 'application/json' }), ...headers },
    agent: false,
  }
  const request = httpRequest(options, resolve)
  request.on('error', reject)
  request.end(bytes)
  const response = await promise
  const said = await text(response)
  const isJson = response.headers['content-type']?.includes('json')
  const json: unknown = isJson && said !== '' ? JSON.parse(said) : undefined
  return { status: response.statusCode!, headers: response.headers, text: said, json }
}

export const chosenPassword = 'a quiet glacier at dawn'

async function logInAsAdmin(ask: TestServer['ask']): Promise<LoggedIn> {
  const first = await ask('/api/v1/users/admin/reset-password', { local: true, method: 'POST' })
  const login = await ask('/api/v1/login', { body: { name: 'admin', password: first.json.password } })
  const cookie = login.headers['set-cookie']![0]!.split(';')[0]!
  const headers = { cookie, 'x-floe-csrf': login.json.csrf as string }
  const body = { new: chosenPassword }
  const changed = await ask('/api/v1/session/password', { method: 'PUT', headers, body })
  if (changed.status !== 200) throw new Error(changed.text)
  return { password: chosenPassword, headers }
}
