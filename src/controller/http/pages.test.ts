import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { MiB } from '../../base/units.ts'
import { handler } from './handler.ts'
import { testServer, type TestServer } from './testing.ts'

const html = { accept: 'text/html,application/xhtml+xml' }
const large = Buffer.alloc(32 * MiB)
const cutOff = Promise.withResolvers<void>()

let at: TestServer
const made = new AsyncDisposableStack()
beforeAll(async () => {
  const uiDir = await mkdtemp(join(tmpdir(), 'floe-pages-'))
  made.defer(() => rm(uiDir, { recursive: true }))
  await writeFile(join(uiDir, 'index.html'), '<!doctype html>the pages')
  const handlers = [
    handler('screenshotVm', ({ signal }) => {
      signal.addEventListener('abort', () => cutOff.resolve())
      return Promise.resolve(large)
    }),
  ]
  at = made.use(await testServer({ handlers, server: { uiDir, readWithinMs: 400 } }))
})
afterAll(() => made.disposeAsync())

test('an address of the pages is the pages for a browser, and a problem for anybody else', async () => {
  for (const path of ['/', '/vms/web', '/vms/web.example', '/no/such/page']) {
    expect([path, (await at.ask(path, { headers: html })).text]).toEqual([path, '<!doctype html>the pages'])
  }
  for (const path of ['/vms/web', '/no/such/page', '/favicon.ico', '/assets/x.js', '/api/v1/none']) {
    const { status, json, headers } = await at.ask(path)
    expect([status, json.code, headers['content-type']]).toEqual([404, 'no_route', 'application/problem+json'])
  }
  expect((await at.ask('/api/v1/none', { headers: html })).json.code).toBe('no_route')
})

test('an address that cannot be read is a page for a browser, with every header of the others', async () => {
  for (const path of ['/vms/%ff', '/%zz', '/vms/%ff%3Cscript%3E']) {
    const page = await at.ask(path, { headers: html })
    expect([page.status, page.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8'])
    expect(page.text).toContain('This page cannot be shown')
    expect(page.text).not.toContain('<script>')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const other = await at.ask(path)
    expect([other.status, other.json.code]).toEqual([400, 'bad_address'])
    const foreign = await at.ask(path, { headers: { host: 'evil.example' } })
    expect(foreign.json.code).toBe('foreign_origin')
  }
  expect((await at.ask('/api/v1/vms/%ff', { headers: html })).json.code).toBe('bad_address')
})

test('HEAD is answered as GET is, without the body', async () => {
  for (const path of ['/', '/vms/web', '/healthz', '/readyz', '/api/v1/openapi.json', '/vms/%ff']) {
    const [head, get] = await Promise.all([
      at.ask(path, { method: 'HEAD', headers: { accept: 'text/html' } }),
      at.ask(path, { headers: { accept: 'text/html' } }),
    ])
    expect([path, head.status, head.text]).toEqual([path, get.status, ''])
    expect([path, head.headers['content-type']]).toEqual([path, get.headers['content-type']])
    expect([path, head.headers['content-length']]).toEqual([path, String(Buffer.byteLength(get.text))])
  }
  expect((await at.ask('/api/v1/none', { method: 'HEAD' })).status).toBe(404)
  const admin = await at.logIn()
  expect((await at.ask('/api/v1/users', { method: 'HEAD', headers: admin.headers })).status).toBe(200)
  expect((await at.ask('/api/v1/users', { method: 'HEAD' })).status).toBe(401)
  // A stream has no head of its own.
  expect((await at.ask('/api/v1/changes/stream', { method: 'HEAD', headers: admin.headers })).status).toBe(405)
})

test('a client that does not read its answer is cut off', async () => {
  const { headers } = await at.logIn()
  const socket = connect(at.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.pause()
  socket.write(
    `GET /api/v1/vms/web/screenshot HTTP/1.1\r\nHost: 127.0.0.1:${at.port}\r\nCookie: ${headers.cookie}\r\n\r\n`,
  )
  expect(await cutOff.promise).toBeUndefined()
  socket.destroy()
})
