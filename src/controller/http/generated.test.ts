import { tmpdir } from 'node:os'
import { join } from 'node:path'

import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../testbed/until.ts'
import { routes, type Route } from '../../api/index.ts'
import { newId, type CopyId, type HostId } from '../../base/ids.ts'
import type { TestDatabase } from '../../db/testing.ts'
import { TaskEngine } from '../../tasks/task-engine.ts'
import { hostHandlers } from '../host/host-routes.ts'
import { insertHost } from '../host/host-store.ts'
import { Hosts } from '../host/hosts.ts'
import { Notices } from '../inventory/notices.ts'
import { overviewHandlers } from '../overview/overview-routes.ts'
import { inventoryHandlers } from '../pool/pool-routes.ts'
import { taskKinds } from '../task-kinds.ts'
import { taskHandlers } from '../task/task-routes.ts'
import { startFakeHost } from '../testing/fake-host.ts'
import { foreignXml } from '../testing/kill-rows.ts'
import { consoleHosts } from '../vm/console-hosts.ts'
import { SampleFiles } from '../vm/sample-files.ts'
import { vmHandlers } from '../vm/vm-routes.ts'
import type { World } from '../world.ts'
import { requestsOf, type GeneratedRequest } from './generated-requests.ts'
import { createLog } from './log.ts'
import { testCopy, testServer, type Answer, type TestServer } from './testing.ts'

const made = new AsyncDisposableStack()
let at: TestServer
let host: Awaited<ReturnType<typeof startFakeHost>>
const ids: string[] = []

/** A controller's routes over a host that answers, whose tasks are begun and stay as they are. */
beforeAll(async () => {
  host = made.use(await startFakeHost())
  host.define(foreignXml('theirs'))
  host.define(foreignXml('adopted').replace(/<metadata>.*<\/metadata>/s, ''))
  let hosts: Hosts | undefined
  made.defer(() => hosts?.[Symbol.asyncDispose]())
  let world: World | undefined
  at = made.use(
    await testServer({
      consoleHosts: { find: (...asked) => consoleHosts(world!).find(...asked) },
      handlers: (db) => {
        hosts = new Hosts({
          db: db.kysely,
          copy: testCopy,
          onTrouble: () => {},
          onApplied: () => {},
          onListed: () => {},
          onRunning: () => {},
        })
        world = worldOf(db, hosts)
        const engine = new TaskEngine({ db, world, kinds: taskKinds, identity: 'test' })
        return [
          ...hostHandlers(world, engine),
          ...inventoryHandlers(world),
          ...overviewHandlers(world),
          ...taskHandlers(world, engine),
          ...vmHandlers(world, engine),
        ]
      },
    }),
  )
  const row = { host: newId<HostId>(), name: host.name, uri: host.uri }
  hosts!.link(await insertHost(world!.db, row))
  const listed = () => world!.db.selectFrom('vm').select('id').execute()
  await until('the VMs of the host', async () => (await listed()).length === 2)
  ids.push(row.host, ...(await listed()).map(({ id }) => id as string))
})
afterAll(() => made.disposeAsync())

const worldOf = (db: TestDatabase, hosts: Hosts): World => ({
  db: db.kysely,
  copy: testCopy as CopyId,
  hosts,
  notices: new Notices(),
  ownPool: { name: 'floe', path: '/nowhere' },
  sample: new SampleFiles(join(tmpdir(), 'floe-no-sample')),
  log: createLog({ level: 'silent' }),
})

/** Nobody answers there; that a host is added is only begun. */
const awayUri = 'qemu+unix:///system?socket=/nonexistent/libvirt-sock'

/** Passwords cost 50 ms each; a stream stays open. */
const runsOf = ({ id }: Route): number =>
  id === 'change.stream' ? 0 : /^session\.login|^user\.(create|reset|one)/.test(id) ? 10 : 50

/** True for an answer that a client can do something with: no mistake of ours, and of a host only what the route says. */
const isFair = ({ status, json }: Answer, { errors }: Route): boolean =>
  status < 500 || (errors as readonly string[]).includes(json?.code) || /^(host_|disk_full)/.test(json?.code)

test.for(Object.entries(routes) as [string, Route][])('%s answers whatever is asked of it', async ([, route]) => {
  const known = ['theirs', 'adopted', host.name, 'floe', 'lab', 'admin', 'web1', 'web-2', '1', '2', awayUri, ...ids]
  const requests = fc.sample(requestsOf(route, known), runsOf(route))
  const ask = async (request: GeneratedRequest): Promise<void> => {
    const { path, method, body, key } = request
    const raw = body === undefined ? undefined : JSON.stringify(body)
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    const answer = await at.ask(path, { local: true, method, headers, ...(raw !== undefined && { raw }) })
    if (!isFair(answer, route)) {
      const log = at.logged.findLast((line) => line.includes('"level":"error"'))
      throw new Error(`${method} ${path} ${raw} was answered ${answer.status} ${answer.text.slice(0, 300)} ${log}`)
    }
  }
  // Some at the same time, as they come.
  for (let i = 0; i < requests.length; i += 6) await Promise.all(requests.slice(i, i + 6).map(ask))
  expect(requests).toHaveLength(runsOf(route))
})

test('nothing is left over: what is locked belongs to a task that goes on, and each key to a task', async () => {
  const { kysely } = at.db
  const count = async (query: ReturnType<typeof sql<{ count: number }>>): Promise<number> =>
    (await query.execute(kysely)).rows[0]!.count
  const stray = sql<{ count: number }>`select count(*) from lock left join task on task.id = lock.task_id
    where task.id is null or task.ended_at is not null`
  expect(await count(stray)).toBe(0)
  const keys = sql<{ count: number }>`select count(*) from idempotency left join task on task.id::text = answer #>> '{}'
    where task.id is null`
  expect(await count(keys)).toBe(0)
  const steps = sql<{ count: number }>`select count(*) from task where not exists
    (select from task_step where task_step.task_id = task.id)`
  expect(await count(steps)).toBe(0)
  expect(host.domains().map(({ name }) => name)).toEqual(['theirs', 'adopted'])
})
