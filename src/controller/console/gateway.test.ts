import { once } from 'node:events'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { apiError } from '../../api/index.ts'
import { newId, type HostId, type VmId } from '../../base/ids.ts'
import { testServer, type LoggedIn, type TestServer } from '../http/testing.ts'
import { Page, startGuest, startScreen, type Guest, type Screen } from './testing.ts'

const web = newId<VmId>()
const off = newId<VmId>()
const h1 = newId<HostId>()
const names: Readonly<Record<string, VmId>> = { web, off, [web]: web, [off]: off }

let screen: Screen
let guest: Guest
let at: TestServer
let admin: LoggedIn
beforeAll(async () => {
  screen = await startScreen({ password: 'sesame42' })
  guest = await startGuest()
  const find = (ref: string) => {
    const id = names[ref]
    if (id === undefined) return Promise.reject(apiError('not_found', { kind: 'VM', name: ref }))
    return Promise.resolve({ id, name: ref, host: h1 })
  }
  // As on a host: each viewer gets a password of its own, and QEMU knows only the last.
  let viewers = 0
  const graphicsOf = async (vm: VmId) => {
    if (vm !== web) throw apiError('vm_not_running', { vm: 'off' })
    const password = `sesame${++viewers}`
    await screen.setPassword(password)
    return { host: '127.0.0.1', port: screen.port, password }
  }
  at = await testServer({ consoleHosts: { find, graphicsOf, openConsole: () => guest.open() } })
  admin = await at.logIn()
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await guest[Symbol.asyncDispose]()
  await screen[Symbol.asyncDispose]()
})

type Kind = 'vnc' | 'serial'
const ticketFor = async (kind: Kind, vm = 'web', headers = admin.headers): Promise<string> => {
  const { json, status } = await at.ask(`/api/v1/vms/${vm}/consoles`, { headers, body: { kind } })
  expect([status, json.socket]).toEqual([201, '/api/v1/consoles/socket'])
  return json.ticket as string
}
const pageWith = (first: unknown, headers: object = admin.headers): Page => {
  const all = { origin: at.url, ...headers }
  return new Page(`${at.url.replace('http', 'ws')}/api/v1/consoles/socket`, all, JSON.stringify(first))
}
const openPage = async (kind: Kind, vm = 'web'): Promise<Page> => {
  const page = pageWith({ ticket: await ticketFor(kind, vm), vm, kind })
  expect(await page.said()).toEqual({ ready: true })
  return page
}
const refusal = async (page: Page): Promise<string | undefined> => {
  const { error } = await page.said()
  await page.closed
  return error?.code
}

test('a screen is shown without its password, from the greeting to a picture', async () => {
  await using page = await openPage('vnc')
  expect((await page.bytes(12)).toString()).toBe('RFB 003.008\n')
  page.send(Buffer.from('RFB 003.008\n'))
  expect([...(await page.bytes(2))]).toEqual([1, 1])
  // In one frame and split anywhere: a WebSocket's frames mean nothing to RFB.
  page.send(Buffer.of(1, 1))
  expect([...(await page.bytes(4))]).toEqual([0, 0, 0, 0])
  const init = await page.bytes(24)
  const [width, height] = [init.readUInt16BE(0), init.readUInt16BE(2)]
  const name = (await page.bytes(init.readUInt32BE(20))).toString()
  expect([width > 100, height > 100, name.includes('QEMU')]).toEqual([true, true, true])
  page.send(Buffer.of(3, 0, 0, 0, 0, 0, 0, 16, 0, 16))
  const update = await page.bytes(4)
  expect([update[0], update.readUInt16BE(2) > 0]).toEqual([0, true])
})

test('viewers who open one screen at the same time all get in', async () => {
  const pages = await Promise.all([1, 2, 3, 4].map(() => openPage('vnc')))
  for (const page of pages) expect((await page.bytes(12)).toString()).toBe('RFB 003.008\n')
  for (const page of pages) await page[Symbol.asyncDispose]()
})

test('a ticket opens one console: not twice, not two at once, not for another VM or kind, not when it is old', async () => {
  const ticket = await ticketFor('serial')
  const pages = [1, 2, 3].map(() => pageWith({ ticket, vm: 'web', kind: 'serial' }))
  const said = await Promise.all(pages.map((page) => page.said()))
  expect(said.filter((one) => one.ready)).toHaveLength(1)
  expect(said.filter((one) => one.error?.code === 'ticket_refused')).toHaveLength(2)
  for (const page of pages) await page[Symbol.asyncDispose]()

  const other = await ticketFor('serial')
  expect(await refusal(pageWith({ ticket: other, vm: 'off', kind: 'serial' }))).toBe('ticket_refused')
  expect(await refusal(pageWith({ ticket: other, vm: 'web', kind: 'serial' }))).toBe('ticket_refused')
  expect(await refusal(pageWith({ ticket: await ticketFor('serial'), vm: 'web', kind: 'vnc' }))).toBe('ticket_refused')

  const old = await ticketFor('serial')
  await at.db.kysely
    .updateTable('ticket')
    .set({ expires: new Date(0) })
    .execute()
  expect(await refusal(pageWith({ ticket: old, vm: 'web', kind: 'serial' }))).toBe('ticket_refused')
})

test('a ticket is worth nothing to another session, nor without one', async () => {
  const login = await at.ask('/api/v1/login', { body: { name: 'admin', password: admin.password, use: 'cli' } })
  const thief = { authorization: `Bearer ${login.json.token}` }
  for (const headers of [thief, {}]) {
    const page = pageWith({ ticket: await ticketFor('serial'), vm: 'web', kind: 'serial' }, headers)
    expect(await refusal(page)).toBe('ticket_refused')
  }
})

test('what is no ticket is refused: no JSON, too long, bytes, other fields', async () => {
  const firsts = ['x', { ticket: 'x', vm: 'web' }, { ticket: 'x'.repeat(5000), vm: 'web', kind: 'vnc' }, null]
  for (const first of firsts) expect(await refusal(pageWith(first))).toBe('ticket_refused')
})

test('a VM that is off says so on the socket too', async () => {
  const page = pageWith({ ticket: await ticketFor('vnc', 'off'), vm: 'off', kind: 'vnc' })
  expect(await refusal(page)).toBe('vm_not_running')
})

test('a VM that is not reached has no ticket', async () => {
  const { json } = await at.ask('/api/v1/vms/theirs/consoles', { headers: admin.headers, body: { kind: 'vnc' } })
  expect(json.code).toBe('not_found')
})

test('a serial console is one stream for all viewers, with what was written since power-on', async () => {
  const vm = newId<VmId>()
  const lines = Object.assign(names, { [vm]: vm }) && at.consoles
  const before = guest.opened
  const accepted = guest.ends.length
  lines.serialStarted(vm, h1)
  lines.serialStarted(vm, h1)
  await using first = await openPage('serial', vm)
  const end = guest.ends[accepted]!
  end.write('boot\u001b[c\u001b]52;c;YQ==\u0007 login: ')
  expect(await first.textTo('login: ')).toBe('boot login: ')
  await using second = await openPage('serial', vm)
  expect(await second.textTo('login: ')).toBe('boot login: ')
  second.send('ro')
  first.send(Buffer.from('ot\n'))
  let typed = ''
  while (typed.length < 5) typed += String((await once(end, 'data'))[0])
  // Two viewers type in no order between them.
  expect(['root\n', 'ot\nro']).toContain(typed)
  end.write('both')
  expect(await Promise.all([first.textTo('both'), second.textTo('both')])).toEqual(['both', 'both'])
  expect(guest.opened - before).toBe(1)
  lines.serialStopped(vm)
  expect([await first.closed, await second.closed]).toEqual(
    Array.from({ length: 2 }, () => ({ code: 1000, reason: 'The VM has stopped.' })),
  )
})

test('a stream that breaks comes back, and the viewer is told of the gap', async () => {
  const vm = newId<VmId>()
  Object.assign(names, { [vm]: vm })
  const accepted = guest.ends.length
  await using page = await openPage('serial', vm)
  guest.ends[accepted]!.write('before')
  await page.textTo('before')
  guest.ends[accepted]!.destroy()
  expect(await page.textTo('is missing]\r\n')).toContain('connection to the host was lost')
  guest.ends.at(-1)!.write('after')
  expect(await page.textTo('after')).toBe('after')
  at.consoles.serialStopped(vm)
  await page.closed
})

test('logging out ends the consoles of the session at once, and the others stay', async () => {
  const login = await at.ask('/api/v1/login', { body: { name: 'admin', password: admin.password } })
  const headers = {
    cookie: login.headers['set-cookie']![0]!.split(';')[0]!,
    'x-floe-csrf': login.json.csrf as string,
  }
  await using mine = await openPage('serial')
  const ticket = await ticketFor('serial', 'web', headers)
  const theirs = pageWith({ ticket, vm: 'web', kind: 'serial' }, headers)
  expect(await theirs.said()).toEqual({ ready: true })
  const late = await ticketFor('serial', 'web', headers)
  await at.ask('/api/v1/logout', { method: 'POST', headers })
  expect(await theirs.closed).toEqual({ code: 1008, reason: 'The session has ended.' })
  expect(await refusal(pageWith({ ticket: late, vm: 'web', kind: 'serial' }, headers))).toBe('ticket_refused')
  guest.ends.at(-1)!.write('still here')
  expect(await mine.textTo('still here')).toContain('still here')
})

test('the ticket is nowhere in the log or, readable, in the database', async () => {
  const ticket = await ticketFor('serial')
  await refusal(pageWith({ ticket, vm: 'off', kind: 'serial' }))
  const rows = await at.db.kysely.selectFrom('ticket').selectAll().execute()
  expect(JSON.stringify(rows) + at.logged.join('')).not.toContain(ticket)
})
