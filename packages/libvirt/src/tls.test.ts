import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { dial, type Target } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { authority, type Pair } from './test/pki.ts'
import { privateLibvirtd, type PrivateLibvirtd } from './testing/index.ts'

expectNoLeaks()

let dir: string
let daemon: PrivateLibvirtd
let port: number
let ca: Pair
let foreign: Pair
let client: Pair
let stranger: Pair

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'floe-pki-'))
  const [own, other] = [await authority(dir, 'ca'), await authority(dir, 'foreign')]
  ;[ca, foreign] = [own, other]
  const server = await own.sign('host.example')
  ;[client, stranger] = [await own.sign('controller'), await other.sign('stranger')]
  port = await freePort()
  daemon = await privateLibvirtd({
    args: ['--listen'],
    config: [
      'listen_tls = 1',
      'listen_tcp = 0',
      'listen_addr = "127.0.0.1"',
      `tls_port = "${port}"`,
      `ca_file = "${ca.certFile}"`,
      `cert_file = "${server.certFile}"`,
      `key_file = "${server.keyFile}"`,
    ],
  })
})
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const target = (
  change: Partial<{ ca: string; cert: string; key: string; host: string; servername: string }> = {},
): Target => ({
  uri: 'test:///default',
  via: { tls: { host: '127.0.0.1', port, ca: ca.cert, cert: client.cert, key: client.key, ...change } },
})

test('a connection over TLS works, by address and by name', async () => {
  await using connection = await dial(target())
  await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  await using named = await dial(target({ host: 'localhost', servername: 'host.example' }))
  await expect(named.call.connectGetHostname()).resolves.toBeDefined()
})

test('400 calls at once are all answered: no two messages share a TLS record', async () => {
  await using connection = await dial(target())
  const { dom } = await connection.call.domainLookupByName({ name: 'test' })
  const answers = await Promise.all(Array.from({ length: 400 }, () => connection.call.domainGetInfo({ dom })))
  expect(answers).toHaveLength(400)
})

test('events and streams work over TLS', async () => {
  await using connection = await dial(target())
  const { dom } = await connection.call.domainLookupByName({ name: 'test' })
  const stop = new AbortController()
  const kinds: string[] = []
  const listening = (async () => {
    for await (const item of connection.events(['lifecycle'], { signal: stop.signal })) kinds.push(item.kind)
  })()
  await until(() => kinds.length === 1)
  await connection.call.domainSuspend({ dom })
  await connection.call.domainResume({ dom })
  await until(() => kinds.length === 3)
  stop.abort()
  await listening
  const { stream } = await connection.screenshot(dom)
  expect((await buffer(stream)).length).toBeGreaterThan(1000)
})

test('XML of 3 MB goes over TLS in many records and comes back', async () => {
  await using connection = await dial(target())
  const text = 'x'.repeat(3_000_000)
  const xml = `<domain type='test'><name>big</name><description>${text}</description><memory>1024</memory><os><type>hvm</type></os></domain>`
  const { dom } = await connection.call.domainDefineXmlFlags({ xml })
  expect((await connection.call.domainGetXmlDesc({ dom })).xml).toContain(text)
})

test("a client of another authority is told that its certificate is not accepted, although TLS 1.3's handshake ends well", async () => {
  const attempt = dial(target({ cert: stranger.cert, key: stranger.key }))
  await expect(attempt).rejects.toThrow("does not accept this client's certificate")
  await expect(attempt).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
})

test('a host of another authority, or of another name, is not trusted', async () => {
  await expect(dial(target({ ca: foreign.cert }))).rejects.toThrow(/unable to verify|self-signed|issuer/)
  await expect(dial(target({ servername: 'other.example' }))).rejects.toThrow('other.example')
})

test('no message names key material', async () => {
  const message = await dial(target({ key: stranger.key })).catch((error: unknown) => String(error))
  expect(message).not.toContain('PRIVATE KEY')
  expect(message).not.toContain('BEGIN')
})

test('a peer that never finishes the handshake ends at the deadline', async () => {
  const deaf = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  const { port: at } = deaf.address() as AddressInfo
  const attempt = dial(
    { ...target(), via: { tls: { ...(target().via as Extract<Target['via'], { tls: object }>).tls, port: at } } },
    { deadlineMs: 100 },
  )
  await expect(attempt).rejects.toMatchObject({ name: 'DeadlineExceeded' })
  deaf.close()
  await once(deaf, 'close')
})
