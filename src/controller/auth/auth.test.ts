import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { chosenPassword, testServer, type Asking, type TestServer } from '../http/testing.ts'
import { backOffMs } from './back-off.ts'

let at: TestServer
beforeAll(async () => {
  at = await testServer()
})
afterAll(() => at[Symbol.asyncDispose]())
beforeEach(async () => {
  await at.db.kysely.updateTable('account').set({ failed: 0, retry_at: null }).execute()
})

const call = (method: string, path: string, asking: Asking = {}) => at.ask(`/api/v1${path}`, { method, ...asking })
const login = (name: string, password: string, use: 'web' | 'cli' = 'cli') =>
  call('POST', '/login', { body: { name, password, use } })
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

async function newUser(role = 'operator'): Promise<{ name: string; oneTime: string }> {
  const name = `u-${randomUUID()}`
  const { json } = await call('POST', '/users', { local: true, body: { name, role } })
  return { name, oneTime: json.password }
}

async function chosenUser(role?: string): Promise<{ name: string; headers: { authorization: string } }> {
  const { name, oneTime } = await newUser(role)
  const headers = bearer((await login(name, oneTime)).json.token)
  expect((await call('PUT', '/session/password', { headers, body: { new: chosenPassword } })).status).toBe(200)
  return { name, headers }
}

test('the first administrator has no password until the machine itself gives one, once they chose it no more', async () => {
  expect((await login('admin', '')).json.code).toBe('not_valid')
  expect((await call('POST', '/users/admin/one-time-password')).json.code).toBe('not_logged_in')
  const first = await call('POST', '/users/admin/one-time-password', { local: true })
  const second = await call('POST', '/users/admin/one-time-password', { local: true })
  expect([first.status, second.status]).toEqual([201, 201])
  expect((await login('admin', first.json.password)).json.code).toBe('wrong_password')
  await at.db.kysely.updateTable('account').set({ retry_at: null }).execute()
  const headers = bearer((await login('admin', second.json.password)).json.token)
  await call('PUT', '/session/password', { headers, body: { new: chosenPassword } })
  const third = await call('POST', '/users/admin/one-time-password', { local: true })
  expect([third.status, third.json.code]).toEqual([409, 'password_chosen'])
})

test('a one-time password opens nothing but the choice of one', async () => {
  const { name, oneTime } = await newUser()
  const { json } = await login(name, oneTime)
  expect(json.account).toMatchObject({ name, mustChangePassword: true })
  const headers = bearer(json.token)
  expect((await call('GET', '/changes', { headers })).json.code).toBe('must_change_password')
  expect((await call('GET', '/session', { headers })).status).toBe(200)
  const weak = await call('PUT', '/session/password', { headers, body: { new: name } })
  expect(weak.json.code).toBe('password_weak')
  const same = await call('PUT', '/session/password', { headers, body: { new: oneTime } })
  expect(same.json.title).toContain('the one you have')
  const chosen = await call('PUT', '/session/password', { headers, body: { new: chosenPassword } })
  expect(chosen.json.account.mustChangePassword).toBe(false)
  expect((await call('GET', '/changes', { headers })).status).toBe(200)
})

test('later the old password is asked for, and a change ends the other sessions at once', async () => {
  const { name, headers } = await chosenUser()
  const other = bearer((await login(name, chosenPassword)).json.token)
  const next = 'another glacier at noon'
  expect((await call('PUT', '/session/password', { headers, body: { new: next } })).json.code).toBe('wrong_password')
  const changed = await call('PUT', '/session/password', { headers, body: { old: chosenPassword, new: next } })
  expect(changed.status).toBe(200)
  expect((await call('GET', '/session', { headers: other })).status).toBe(401)
  expect((await call('GET', '/session', { headers })).status).toBe(200)
  expect((await login(name, chosenPassword)).json.code).toBe('wrong_password')
})

test('logging out ends the session at once and takes the cookie back', async () => {
  const { name } = await chosenUser()
  const { headers, json } = await login(name, chosenPassword, 'web')
  const [set] = headers['set-cookie']!
  expect(set).toMatch(/^floe-ffff0000=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800$/)
  expect(json.token).toBeUndefined()
  const page = { cookie: set!.split(';')[0]!, 'x-floe-csrf': json.csrf as string }
  expect((await call('GET', '/session', { headers: page })).json.csrf).toBe(json.csrf)
  const out = await call('POST', '/logout', { headers: page })
  expect([out.status, out.headers['set-cookie']![0]]).toEqual([204, expect.stringContaining('Max-Age=0')])
  expect((await call('GET', '/session', { headers: page })).status).toBe(401)
})

test('wrong passwords are slowed down by account, doubling, and the right one is never locked out for long', async () => {
  expect([0, 1, 2, 3, 4, 5, 6, 99].map(backOffMs)).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  const { name } = await chosenUser()
  const set = (change: object) => at.db.kysely.updateTable('account').set(change).where('name', '=', name).execute()
  await set({ failed: 4 })
  const waits: number[] = []
  for (let i = 0; i < 3; i++) {
    expect((await login(name, 'wrong')).json.code).toBe('wrong_password')
    const refused = await login(name, chosenPassword)
    expect(refused.json.code).toBe('slow_down')
    waits.push(Number(refused.headers['retry-after']))
    await set({ retry_at: new Date(0) })
  }
  expect(waits.map((wait) => wait > 8)).toEqual([true, true, true])
  expect(waits.every((wait) => wait <= 30)).toBe(true)
  expect((await login(name, chosenPassword)).status).toBe(200)
  const row = await at.db.kysely.selectFrom('account').select('failed').where('name', '=', name).executeTakeFirst()
  expect(row?.failed).toBe(0)
})

test('parallel guesses meet the same back-off: one is tried, the others wait', async () => {
  const { name } = await chosenUser()
  await at.db.kysely.updateTable('account').set({ failed: 5 }).where('name', '=', name).execute()
  const answers = await Promise.all(Array.from({ length: 10 }, () => login(name, 'guess')))
  const codes = answers.map((answer) => answer.json.code)
  expect(codes.filter((code) => code === 'wrong_password')).toHaveLength(1)
  expect(codes.filter((code) => code === 'slow_down')).toHaveLength(9)
})

test('a name that does not exist is answered like one that does', async () => {
  const name = `nobody-${randomUUID()}`
  const answers = await Promise.all([1, 2].map(() => login(name, 'x')))
  expect(new Set(answers.map((answer) => answer.json.code))).toEqual(new Set(['wrong_password', 'slow_down']))
})

test('more logins at once than may wait are told to come back', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => login(`n-${randomUUID()}`, 'x')))
  const codes = new Set(answers.map((answer) => answer.json.code))
  expect(codes).toEqual(new Set(['wrong_password', 'too_many']))
})

test('a role may do what it may, and the refusal says who can', async () => {
  const { headers } = await chosenUser('viewer')
  const refused = await call('POST', '/users', { headers, body: { name: 'eve', role: 'administrator' } })
  expect(refused.json).toMatchObject({ status: 403, code: 'forbidden' })
  expect(refused.json.title).toContain('administrator')
  const reset = await call('POST', '/users/admin/reset-password', { headers })
  expect(reset.json.code).toBe('local_only')
})

test('a reset ends the sessions and gives a one-time password', async () => {
  const { name, headers } = await chosenUser()
  const { json } = await call('POST', `/users/${name}/reset-password`, { local: true })
  expect((await call('GET', '/session', { headers })).status).toBe(401)
  expect((await login(name, json.password)).json.account.mustChangePassword).toBe(true)
})

test('names that stand for somebody else, and names there are, are taken', async () => {
  for (const name of ['local', 'floe', 'admin']) {
    const { json } = await call('POST', '/users', { local: true, body: { name, role: 'viewer' } })
    expect(json.code).toBe('account_taken')
  }
})

test('a session ends after 12 h without use, after 7 days, and with its account', async () => {
  const alive = async (change: object, table: 'session' | 'account' = 'session') => {
    const { name, headers } = await chosenUser()
    const account = await at.db.kysely.selectFrom('account').select('id').where('name', '=', name).executeTakeFirst()
    const column = table === 'session' ? 'account_id' : 'id'
    await at.db.kysely.updateTable(table).set(change).where(column, '=', account!.id).execute()
    return (await call('GET', '/session', { headers })).status
  }
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  expect(await alive({ seen: ago(11) })).toBe(200)
  expect(await alive({ seen: ago(12.1) })).toBe(401)
  expect(await alive({ expires: ago(0.1) })).toBe(401)
  expect(await alive({ disabled: true }, 'account')).toBe(401)
})

test('logins, logouts and refusals are changes, and no secret is in them or in the database', async () => {
  const { name, oneTime } = await newUser()
  await login(name, 'wrong-canary')
  await at.db.kysely.updateTable('account').set({ retry_at: null }).execute()
  const { json } = await login(name, oneTime)
  await call('POST', '/logout', { headers: bearer(json.token) })
  const changes = await at.db.kysely.selectFrom('change').selectAll().where('object_name', '=', name).execute()
  expect(changes.map((change) => change.kind)).toEqual([
    'account.created',
    'session.refused',
    'session.opened',
    'session.closed',
  ])
  const rows = await at.db.kysely.selectFrom('session').selectAll().execute()
  const everything = JSON.stringify([changes, rows]) + at.logged.join('')
  for (const secret of [oneTime, json.token, 'wrong-canary']) expect(everything).not.toContain(secret)
})

test('a session cannot begin with a password that was replaced meanwhile', async () => {
  const { name } = await chosenUser()
  const [late] = await Promise.all([
    login(name, chosenPassword),
    call('POST', `/users/${name}/reset-password`, { local: true }),
  ])
  const { status } = await call('GET', '/session', { headers: bearer((late.json.token as string | undefined) ?? 'x') })
  expect(status).toBe(401)
})
