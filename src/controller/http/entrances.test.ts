import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { follow } from '../change/testing.ts'
import { testServer, type TestServer } from './testing.ts'

let folder: string
let at: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'floe-entrances-'))
  const ui = join(folder, 'ui')
  await mkdir(join(ui, 'assets'), { recursive: true })
  await writeFile(join(ui, 'index.html'), '<!doctype html><title>Floe</title>')
  await writeFile(join(ui, 'assets', 'index-B1x2C3d4.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), 'not for you')
  await writeFile(join(ui, '.env'), 'not for you')
  at = await testServer({ server: { uiDir: ui } })
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const certificate = (name: string): { cert: string; key: string } => {
  const files = { cert: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) }
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:127.0.0.1,DNS:${name}.example`]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', files.key, '-out', files.cert, ...subject], {
    stdio: 'ignore',
  })
  return files
}

test('pages are served with their own routes, hashed files for ever, and nothing beside them', async () => {
  const page = { accept: 'text/html,*/*' }
  const root = await at.ask('/', { headers: page })
  expect([root.status, root.text, root.headers['cache-control']]).toEqual([
    200,
    expect.stringContaining('<title>Floe'),
    'no-cache',
  ])
  expect((await at.ask('/vms/welcome?tab=console', { headers: page })).text).toContain('<title>Floe')
  const asset = await at.ask('/assets/index-B1x2C3d4.js')
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(asset.headers).toMatchObject({ 'content-type': expect.stringContaining('javascript') })
  expect(root.headers['content-security-policy']).toContain("script-src 'self'")
  const missing = ['/assets/gone-00000000.js', '/api/v1/nothing', '/api/nothing', '/favicon.png', '/.env']
  const beside = ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/assets/%00']
  for (const path of [...missing, ...beside]) {
    const { status, text: said } = await at.ask(path, { headers: page })
    expect([path, status, said.includes('not for you')]).toEqual([path, expect.toBeOneOf([400, 403, 404]), false])
  }
})

test('over TLS the cookie is bound to the host and the answer asks for HTTPS only', async () => {
  const url = await at.server.listen({ host: '127.0.0.1', port: 0, tls: certificate('one') })
  expect(url).toMatch(/^https:\/\/127.0.0.1:\d+$/)
  const { password } = await at.logIn()
  const answer = await overTls(Number(new URL(url).port), password)
  expect(answer).toMatch(
    /set-cookie: __Host-floe-ffff0000=[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=604800; Secure/i,
  )
  expect(answer).toMatch(/strict-transport-security: max-age=31536000/i)
})

test('with a certificate of its own authority it does not bind the name to HTTPS: another copy may be at another port', async () => {
  const tls = { ...certificate('own'), ca: join(folder, 'ca.crt') }
  const url = await at.server.listen({ host: '127.0.0.1', port: 0, tls })
  const answer = await overTls(Number(new URL(url).port), 'wrong')
  expect(answer).toMatch(/^HTTP\/1.1 401 /)
  expect(answer).not.toMatch(/strict-transport-security/i)
})

async function overTls(port: number, password: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  const body = JSON.stringify({ name: 'admin', password })
  socket.write(
    `POST /api/v1/login HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  return await text(socket)
}

test('over TLS the names of the certificate are its own, and no others', async () => {
  const port = Number(new URL(await at.server.listen({ host: '127.0.0.1', port: 0, tls: certificate('named') })).port)
  const status = async (host: string): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    return (await text(socket)).slice(9, 12)
  }
  expect([await status('named.example'), await status(`named.example:${port}`)]).toEqual(['200', '200'])
  expect([await status('evil.example'), await status('x.named.example')]).toEqual(['403', '403'])
})

test('a renewed certificate is used by new connections, and the open ones stay', async () => {
  const files = certificate('two')
  const port = Number(new URL(await at.server.listen({ host: '127.0.0.1', port: 0, tls: files })).port)
  const shown = async (): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return String(subject.CN)
  }
  const old = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(old, 'secureConnect')
  expect(await shown()).toBe('two')
  const next = certificate('three')
  // The certificate alone does not fit the key: the old pair stays until both are there.
  await rename(next.cert, files.cert)
  while (!at.logged.some((line) => line.includes('The certificate stays as it was'))) await wait(20)
  expect(await shown()).toBe('two')
  await rename(next.key, files.key)
  while ((await shown()) !== 'three') await wait(50)
  old.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  expect(await text(old)).toMatch(/^HTTP\/1.1 200 /)
})

test('a certificate that does not fit its key is refused at start with both files', async () => {
  const [a, b] = [certificate('a'), certificate('b')]
  const wrong = at.server.listen({ host: '127.0.0.1', port: 0, tls: { cert: a.cert, key: b.key } })
  await expect(wrong).rejects.toThrow(`The certificate ${a.cert} is not used`)
})

test('an address that somebody else has is refused by name', async () => {
  await expect(at.server.listen({ host: '127.0.0.1', port: at.port })).rejects.toThrow(`127.0.0.1:${at.port} is in use`)
  await expect(at.server.listen({ unix: at.socketPath })).rejects.toThrow(`${at.socketPath} is in use`)
})

test('a socket left by a killed controller is replaced, and nobody else may open the new one', async () => {
  const path = join(folder, 'left.sock')
  const dead = createServer()
  dead.listen(join(folder, 'dying.sock'))
  await once(dead, 'listening')
  // A rename keeps it from being removed when its server closes, as a kill would.
  await rename(join(folder, 'dying.sock'), path)
  dead.close()
  await once(dead, 'close')
  const before = process.umask()
  await at.server.listen({ unix: path })
  expect([(await stat(path)).mode & 0o777, process.umask()]).toEqual([0o600, before])
})

test('closing tells the streams and does not wait for clients that keep their connections', async () => {
  const other = await testServer()
  const { headers } = await other.logIn()
  const { follower } = await follow(other.url, headers)
  await follower.next()
  await other[Symbol.asyncDispose]()
  await follower.ended
  expect(follower.response.complete).toBe(true)
})
