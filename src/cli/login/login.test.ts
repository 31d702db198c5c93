import { X509Certificate } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { makeAuthority, makeLeaf } from '../../../testbed/pki.ts'
import { handler } from '../../controller/http/handler.ts'
import { chosenPassword } from '../../controller/http/testing.ts'
import type { Io } from '../io.ts'
import { writeCredentials } from '../link/credentials.ts'
import { testFloe, type TestFloe } from '../testing/floe.ts'
import { sampleVm } from '../testing/samples.ts'

const listVms = handler('listVms', () => Promise.resolve({ items: [sampleVm(1)], total: 1, next: null, revision: 1 }))

let floe: TestFloe
let path: string
beforeAll(async () => {
  floe = await testFloe({ handlers: [listVms] })
  await floe.at.logIn()
  path = join(floe.home, '.config', 'floe', 'credentials.json')
})
afterAll(() => floe[Symbol.asyncDispose]())
beforeEach(() => writeCredentials({ env: {}, home: floe.home } as unknown as Io, { current: undefined, at: {} }))

const login = (url: string, ...more: string[]) =>
  floe.run(['login', url, '--user', 'admin', '--password-stdin', ...more], { stdin: `${chosenPassword}\n` })

test('after a login the verbs go there; the token is the user’s alone; after a logout it is dead and forgotten', async () => {
  const { url } = floe.at
  expect(await login(url)).toEqual({ code: 0, out: `Logged in to ${url} as admin (administrator).\n`, err: '' })
  const kept = JSON.parse(await readFile(path, 'utf8')) as { at: Record<string, { token: string }> }
  const { token } = kept.at[url]!
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
  expect((await floe.run(['vm', 'list'])).out).toContain('vm1')
  expect(floe.at.logged.join('')).not.toContain(token)

  expect((await floe.run(['logout'])).out).toBe(`Logged out of ${url}.\n`)
  expect(await readFile(path, 'utf8')).not.toContain(token)
  const dead = await floe.run(['vm', 'list'], { env: { FLOE_URL: url, FLOE_TOKEN: token } })
  expect(dead).toMatchObject({ code: 4, out: '' })
  expect(dead.err).toContain(`Log in first. Sessions end after 12 h without use.\n"floe login ${url}" does it.`)
  expect((await floe.run(['logout'])).code).toBe(4)
})

test('a wrong password is told as the API tells it, and nothing is kept', async () => {
  // Another name than the others’: a wrong password makes the next login with it wait.
  const wrong = await floe.run(['login', floe.at.url, '--user', 'eve', '--password-stdin'], { stdin: 'guess\n' })
  expect(wrong).toEqual({ code: 1, out: '', err: 'User or password do not match.\n' })
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ at: {} })
})

test('standard input without a password is a mistake, not an empty password', async () => {
  const empty = await floe.run(['login', floe.at.url, '--user', 'admin', '--password-stdin'], { stdin: '' })
  expect(empty).toMatchObject({ code: 2, err: 'Standard input has no password in its first line.\n' })
})

test('a one-time password is changed at once on a terminal, and shown nowhere', async () => {
  const created = await floe.local('user', 'create', 'anna', '--role', 'viewer', '-o', 'json')
  const { password } = JSON.parse(created.out) as { password: string }
  const own = 'an iceberg shows a ninth'
  const typed = [
    ['Password of anna:', `${password}\r`],
    ['New password:', 'easy\r'],
    ['Once more:', 'easy\r'],
    ['New password:', `${own}\r`],
    ['Once more:', 'another\r'],
    ['New password:', `${own}\r`],
    ['Once more:', `${own}\r`],
  ] as const
  const { code, out, err } = await floe.run(['login', floe.at.url, '--user', 'anna'], { typed, tty: true })
  expect({ code, out }).toEqual({ code: 0, out: `Logged in to ${floe.at.url} as anna (viewer).\n` })
  expect(err).toContain('Choose your own.')
  expect(err).toContain('The password is too easy')
  expect(err).toContain('The two differ.')
  for (const secret of [password, own, 'easy\r']) expect(err).not.toContain(secret)
  const forbidden = await floe.run(['user', 'list'])
  expect(forbidden).toMatchObject({
    code: 1,
    err: expect.stringContaining('Your role (viewer) may not do this') as string,
  })
  const local = await floe.run(['user', 'reset-password', 'anna'])
  expect(local.err).toContain('This is for the machine itself')
})

test('credentials that somebody broke are told with the way out', async () => {
  await writeFile(path, '{"at":')
  expect(await floe.run(['vm', 'list'])).toEqual({
    code: 1,
    out: '',
    err: `${path} is not what Floe wrote. Delete it and log in again with "floe login URL".\n`,
  })
})

test('an authority that this machine does not know is believed only after its fingerprint was compared', async () => {
  await using tls = await overTls(floe)
  const url = `https://localhost:${tls.port}`

  const refused = await login(url)
  expect(refused.code).toBe(1)
  expect(refused.err).toContain(`--fingerprint ${tls.fingerprint}`)
  const other = await login(url, '--fingerprint', '00:11')
  expect(other).toMatchObject({ code: 1, err: expect.stringContaining('shows another certificate') as string })

  expect(await login(url, '--fingerprint', tls.fingerprint)).toMatchObject({ code: 0, err: '' })
  expect(await floe.run(['vm', 'list'])).toMatchObject({ code: 0, err: '' })
  // The next login there needs no confirming.
  expect(await login(url)).toMatchObject({ code: 0 })

  expect(await login(url, '--ca', tls.caFile)).toMatchObject({ code: 0 })
  expect(await login(url, '--ca', path)).toMatchObject({ code: 2, err: `${path} holds no certificate in PEM.\n` })
})

test('of a server that sends no authority its own certificate is believed, and no other', async () => {
  await using tls = await overTls(floe, 'leaf')
  const url = `https://localhost:${tls.port}`
  expect(await login(url, '--fingerprint', tls.fingerprint)).toMatchObject({ code: 0, err: '' })
  expect(await floe.run(['vm', 'list'])).toMatchObject({ code: 0, err: '' })
  await tls[Symbol.asyncDispose]()
  await using other = await overTls(floe, 'leaf')
  const kept = JSON.parse(await readFile(path, 'utf8')) as { at: Record<string, unknown> }
  const there = `https://localhost:${other.port}`
  await writeFile(path, JSON.stringify({ current: there, at: { [there]: kept.at[url] } }))
  const refused = await floe.run(['vm', 'list'])
  expect(refused.code).toBe(3)
  expect(refused.err).toContain(`Log in again with "floe login ${there}" to look at its certificate.`)
})

test('on a terminal the fingerprint is shown and asked for, and "no" sends no password', async () => {
  await using tls = await overTls(floe)
  const url = `https://localhost:${tls.port}`
  const { code, err } = await floe.run(['login', url], { typed: [['[y/N]', 'n\r']], tty: true })
  expect(code).toBe(1)
  expect(err).toContain(`SHA-256 ${tls.fingerprint}`)
  expect(err).toContain('floe-test-authority')
  expect(err).toContain('Not logged in: the certificate was not confirmed.')
})

/** The same Floe behind TLS with an authority of its own. */
async function overTls({ at, home }: TestFloe, sent: 'chain' | 'leaf' = 'chain') {
  const authority = await makeAuthority(home, 'floe-test-authority')
  const leaf = await makeLeaf(authority, 'localhost')
  const ca = await readFile(authority.ca, 'utf8')
  const sockets = new Set<Socket>()
  const own = await readFile(leaf.cert, 'utf8')
  const cert = sent === 'chain' ? own + ca : own
  const server = createServer({ cert, key: await readFile(leaf.key, 'utf8') }, (outer) => {
    const inner = connect(at.port, '127.0.0.1')
    for (const one of [inner, outer]) {
      sockets.add(one)
      one.on('error', () => undefined)
    }
    outer.pipe(inner).pipe(outer)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    fingerprint: new X509Certificate(sent === 'chain' ? ca : own).fingerprint256,
    caFile: authority.ca,
    [Symbol.asyncDispose]: async () => {
      for (const one of sockets) one.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('a list without pages is not asked for one', async () => {
  expect(await floe.local('user', 'list')).toMatchObject({
    code: 0,
    out: expect.stringContaining('administrator') as string,
  })
})
