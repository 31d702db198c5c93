import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { freePort } from '../../../testbed/free-port.ts'
import { dial, previewTls, type Target, type TlsPreview } from './index.ts'
import { eventsAndStream } from './test/events-and-stream.ts'
import { expectNoLeaks } from './test/leaks.ts'
import { notTrusted } from './test/not-trusted.ts'
import { authority, type Pair } from './test/pki.ts'
import { privateLibvirtd, type PrivateLibvirtd } from './testing/index.ts'

expectNoLeaks()

let dir: string
let daemon: PrivateLibvirtd
let port: number
let ca: Awaited<ReturnType<typeof authority>>
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

const target = (
  change: Partial<{ ca: string; cert: string; key: string; host: string; port: number; servername: string }> = {},
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
  expect((await eventsAndStream(connection)).length).toBeGreaterThan(1000)
})

test('XML of 3 MB goes over TLS in many records and comes back', async () => {
  await using connection = await dial(target())
  const text = 'x'.repeat(3_000_000)
  const xml = `<domain type='test'><name>big</name><description>${text}</description><memory>1024</memory><os><type>hvm</type></os></domain>`
  const { dom } = await connection.call.domainDefineXmlFlags({ xml })
  expect((await connection.call.domainGetXmlDesc({ dom })).xml).toContain(text)
})

describe('a client certificate that the host does not accept', () => {
  test("is refused although TLS 1.3's handshake ends well, and is named with its dates", async () => {
    const refused = await notTrusted(dial(target({ cert: stranger.cert, key: stranger.key })))
    expect(refused.trust).toMatchObject({ problem: 'client-certificate-refused', host: '127.0.0.1' })
    expect(refused.message).toContain("does not accept this client's certificate")
    const { fingerprint256, validToDate } = new X509Certificate(stranger.cert)
    expect(refused.message).toContain(fingerprint256)
    expect(refused.message).toContain(validToDate.toISOString())
  })

  test('because it has expired, or is not valid yet, says since or until when', async () => {
    for (const [days, problem] of [
      [{ fromDays: -3, toDays: -1 }, 'client-certificate-expired'],
      [{ fromDays: 1, toDays: 3 }, 'client-certificate-not-yet-valid'],
    ] as const) {
      const { cert, key } = await ca.sign('controller', days)
      const refused = await notTrusted(dial(target({ cert, key })))
      expect(refused.trust.problem).toBe(problem)
      const { validToDate, validFromDate } = new X509Certificate(cert)
      expect(refused.message).toContain(validToDate.toISOString())
      expect(refused.message).toContain(validFromDate.toISOString())
    }
  })

  test('because it is of another key, or is no certificate, is said before anything is sent', async () => {
    const other = await notTrusted(dial(target({ key: stranger.key })))
    expect(other.message).toContain('do not belong together')
    const none = await notTrusted(dial(target({ cert: 'none', ca: 'none' })))
    expect(none.trust.problem).toBe('client-certificate-unusable')
  })
})

describe('a host that is not trusted', () => {
  test('has another authority, or another name, and the certificate it shows is named', async () => {
    const authority = await notTrusted(dial(target({ ca: foreign.cert })))
    expect(authority.trust).toMatchObject({
      problem: 'server-authority-unknown',
      certificate: { names: ['DNS:host.example', 'IP:127.0.0.1'] },
    })
    const name = await notTrusted(dial(target({ servername: 'other.example' })))
    expect(name.trust.problem).toBe('server-name-wrong')
    expect(name.message).toMatch(/not for other\.example but for DNS:host\.example/)
  })

  test('has a certificate that has expired, or is not valid yet, says since or until when', async () => {
    for (const [days, problem] of [
      [{ fromDays: -3, toDays: -1 }, 'server-certificate-expired'],
      [{ fromDays: 1, toDays: 3 }, 'server-certificate-not-yet-valid'],
    ] as const) {
      const { cert, key } = await ca.sign('host.example', days)
      await using host = await tlsServer({ cert, key })
      const refused = await notTrusted(dial(target({ port: host.port })))
      expect(refused.trust).toMatchObject({
        problem,
        certificate: { fingerprint: new X509Certificate(cert).fingerprint256 },
      })
      expect(refused.message).toContain(new X509Certificate(cert).validToDate.toISOString())
    }
  })
})

describe('a preview of what would be trusted', () => {
  test('shows the certificate without trusting it and without a certificate of ours', async () => {
    const { chain, protocol, trusted } = await previewTls({ host: '127.0.0.1', port })
    expect(chain[0]).toMatchObject({ names: ['DNS:host.example', 'IP:127.0.0.1'], isAuthority: false })
    expect(chain[0]?.subject).toContain('CN=host.example')
    expect(chain[0]?.validTo.getTime()).toBeGreaterThan(Date.now())
    expect([protocol, trusted]).toEqual(['TLSv1.3', undefined])
  })

  test('says whether an authority would make it trusted, and why not', async () => {
    const ofCa = (pem: string, servername?: string): Promise<TlsPreview> =>
      previewTls({ host: '127.0.0.1', port, ca: pem, ...(servername && { servername }) })
    expect(await ofCa(ca.cert)).toMatchObject({ trusted: true, problem: undefined })
    expect(await ofCa(ca.cert, 'other.example')).toMatchObject({
      trusted: false,
      problem: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(await ofCa(foreign.cert)).toMatchObject({ trusted: false, problem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  test('of a chain shows the authorities too, as far as they are sent', async () => {
    const leaf = await ca.sign('host.example', { fromDays: -1, toDays: 1 })
    await using host = await tlsServer({ cert: leaf.cert + ca.cert, key: leaf.key })
    const { chain } = await previewTls({ host: '127.0.0.1', port: host.port })
    expect(chain.map(({ isAuthority }) => isAuthority)).toEqual([false, true])
  })

  test('of a port that speaks no TLS is a sentence', async () => {
    const plain = createServer((socket) => void socket.resume().end('hello\n')).listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const { port: at } = plain.address() as AddressInfo
    await expect(previewTls({ host: '127.0.0.1', port: at })).rejects.toThrow('shows no TLS certificate')
    plain.close()
    await once(plain, 'close')
    await expect(previewTls({ host: '127.0.0.1', port: at })).rejects.toMatchObject({ name: 'ConnectionLost' })
  })
})

/** A host that only shows a certificate. */
async function tlsServer(pair: { cert: string; key: string }): Promise<AsyncDisposable & { port: number }> {
  const server = createTlsServer({ ...pair, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('error', () => {}).resume()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

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
