import { once } from 'node:events'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { newId, type HostId, type VmId } from '../../base/ids.ts'
import { appendChanges, lastRevision, type NewChange } from '../../db/append-changes.ts'
import { testServer, type LoggedIn, type TestServer } from '../http/testing.ts'
import type { RowsFor } from './feed.ts'
import { follow } from './testing.ts'

const asked: string[][] = []
const gone = newId<VmId>()
/** The test's inventory: every VM is there, except one. */
const rowsFor: RowsFor = (ids, scopes) => {
  asked.push([...scopes])
  const vm = new Map(ids.vm.filter((id) => id !== gone).map((id) => [id, { id, name: `vm ${id}` } as never]))
  return Promise.resolve({ vm, host: new Map(), task: new Map(), pool: new Map(), network: new Map() })
}

let at: TestServer
let admin: LoggedIn
beforeAll(async () => {
  at = await testServer({ rowsFor, beatMs: 50 })
  admin = await at.logIn()
})
afterAll(() => at[Symbol.asyncDispose]())

const change = (title: string, more: Partial<NewChange> = {}): NewChange => ({
  kind: 'vm.started',
  objectKind: 'vm',
  objectId: newId(),
  objectName: 'web',
  authorKind: 'outside',
  title,
  scopes: ['all'],
  ...more,
})
const append = (...changes: NewChange[]): Promise<number[]> =>
  at.db.kysely.transaction().execute((trx) => appendChanges(trx, changes))
const titles = (told: readonly { data: Record<string, unknown> }[]): string[] =>
  told.map(({ data }) => (data['change'] as { title: string }).title)
const followed = async (query = '', headers: Record<string, string> = admin.headers) => {
  const { follower } = await follow(at.url, headers, query)
  const hello = await follower.next()
  expect(hello.event).toBe('hello')
  return Object.assign(follower, { from: hello.data['revision'] as number })
}
const userHeaders = async (): Promise<{ id: string; headers: { authorization: string } }> => {
  const name = `u${newId().slice(-12)}`
  const made = await at.ask('/api/v1/users', { local: true, body: { name, role: 'user' } })
  const login = await at.ask('/api/v1/login', { body: { name, password: made.json.password, use: 'cli' } })
  const headers = { authorization: `Bearer ${login.json.token}` }
  await at.ask('/api/v1/session/password', { method: 'PUT', headers, body: { new: 'a quiet glacier at dawn' } })
  return { id: made.json.account.id as string, headers }
}

test('a change reaches every stream with its row as it is now, and without one when it is gone', async () => {
  await using one = await followed()
  await using two = await followed()
  const id = newId<VmId>()
  const [first] = await append(change('web runs', { objectId: id }), change('old went', { objectId: gone }))
  for (const follower of [one, two]) {
    const [runs, went] = await follower.changes(2)
    expect(runs).toMatchObject({
      event: 'change',
      id: String(first),
      data: { change: { title: 'web runs' }, vm: { id } },
    })
    expect(went!.data).not.toHaveProperty('vm')
    expect(went!.data['change']).toMatchObject({ object: { kind: 'vm', id: gone }, author: { kind: 'outside' } })
  }
})

test('eight streams cost one look at the rows for one batch and set of scopes', async () => {
  const many = await Promise.all(Array.from({ length: 8 }, () => followed()))
  asked.length = 0
  await append(change('seen by all'))
  for (const follower of many) expect(titles(await follower.changes(1))).toEqual(['seen by all'])
  expect(asked).toEqual([['all']])
  for (const follower of many) await follower[Symbol.asyncDispose]()
})

test('a stream resumes after the revision it had seen, in order, with nothing twice or missing', async () => {
  const from = await lastRevision(at.db.kysely)
  const wanted: string[] = []
  for (let i = 0; i < 30; i++) {
    const batch = Array.from({ length: 70 }, (_, k) => change(`${i}.${k}`))
    wanted.push(...batch.map((one) => one.title))
    await append(...batch)
  }
  await using byQuery = await followed(`?since=${from}`)
  await using byHeader = await followed('', { ...admin.headers, 'last-event-id': String(from) })
  // Goes on while the streams still read what they missed.
  const live = Array.from({ length: 50 }, (_, k) => change(`live ${k}`))
  for (const one of live) await append(one)
  wanted.push(...live.map((one) => one.title))
  for (const follower of [byQuery, byHeader]) expect(titles(await follower.changes(wanted.length))).toEqual(wanted)
})

test('a user is told of what carries their scope, in the stream and in the list', async () => {
  const { id, headers } = await userHeaders()
  await using theirs = await followed('', headers)
  await append(change('somebody else’s'), change('theirs', { scopes: ['all', `account:${id}`] }), change('hidden'))
  expect(titles(await theirs.changes(1))).toEqual(['theirs'])
  const list = await at.ask('/api/v1/changes?kind=vm', { headers })
  expect(list.json.items.map((item: { title: string }) => item.title)).toEqual(['theirs'])
})

test('a revision that is not there is refused: beyond the end, where the database was set back', async () => {
  const last = await lastRevision(at.db.kysely)
  const { json } = await at.ask(`/api/v1/changes/stream?since=${last + 1}`, { headers: admin.headers })
  expect([json.status, json.code]).toEqual([410, 'revision_gone'])
  await using ok = await followed(`?since=${last}`)
  expect(ok.from).toBe(last)
})

test('a page that reads too slowly is told to load anew, then goes on', async () => {
  await using slow = await followed()
  slow.response.pause()
  const big = 'x'.repeat(20_000)
  for (let i = 0; i < 60; i++) await append(...Array.from({ length: 20 }, () => change(big)))
  // A second stream has read everything, so the first one's queue has overflown.
  await using quick = await followed()
  const [last] = await append(change('the last of the flood'))
  await quick.changes(1)
  slow.response.resume()
  let told = await slow.next()
  while (told.event !== 'resync') told = await slow.next()
  expect(told.data['revision']).toBe(last)
  await append(change('afterwards'))
  expect(titles(await slow.changes(1))).toEqual(['afterwards'])
})

test('logging out ends the stream at once', async () => {
  const login = await at.ask('/api/v1/login', { body: { name: 'admin', password: admin.password, use: 'cli' } })
  const headers = { authorization: `Bearer ${login.json.token}` }
  await using follower = await followed('', headers)
  await at.ask('/api/v1/logout', { method: 'POST', headers })
  await follower.ended
  expect((await follow(at.url, headers)).status).toBe(401)
})

test('a quiet stream beats, so that a page notices when it is dead', async () => {
  await using follower = await followed()
  while (follower.beats < 3) await once(follower.response, 'data')
  expect(follower.beats).toBeGreaterThanOrEqual(3)
})

test('the database’s connection breaks and the stream goes on without a gap', async () => {
  await using follower = await followed()
  await at.db.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
  )
  await append(change('while it was deaf'))
  expect(titles(await follower.changes(1))).toEqual(['while it was deaf'])
})

test('the list is newest first, pages by its cursor, and is filtered by VM, host, author and kind', async () => {
  const vmId = newId<VmId>()
  const hostId = newId<HostId>()
  const differences = [{ field: 'memory', path: 'memory', before: '1 GiB' }]
  await append(
    change('a', { vmId, details: { differences } }),
    change('b', { vmId, hostId, authorKind: 'user', author: 'ada' }),
    change('c', { vmId, hostId, kind: 'vm.defined' }),
  )
  const list = async (query: string) => (await at.ask(`/api/v1/changes?${query}`, { headers: admin.headers })).json
  const first = await list(`vm=${vmId}&limit=2`)
  expect(first.items.map((item: { title: string }) => item.title)).toEqual(['c', 'b'])
  const second = await list(`vm=${vmId}&limit=2&after=${first.next}`)
  expect(second.items[0]).toMatchObject({
    title: 'a',
    differences: [{ field: 'memory', path: 'memory', before: '1 GiB', after: null }],
  })
  expect(second.next).toBe(null)
  expect(first.revision).toBe(await lastRevision(at.db.kysely))
  const count = async (query: string) => (await list(`vm=${vmId}&${query}`)).items.length
  expect([await count(`host=${hostId}`), await count('author=user'), await count('kind=vm.defined')]).toEqual([2, 1, 1])
  expect([await count('kind=vm'), await count('kind=task')]).toEqual([3, 0])
  expect((await list('after=x')).code).toBe('not_valid')
  expect((await list('vm=nobody')).items).toEqual([])
})
