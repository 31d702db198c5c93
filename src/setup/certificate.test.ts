import { X509Certificate, createPrivateKey } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { readTlsPair } from '../controller/http/tls-files.ts'
import { namesFor, needsRenewal, readCertificate } from './certificate-facts.ts'
import { renewCertificate } from './certificate.ts'
import { ownTls, writeConfig, type Tls } from './config.ts'
import { renewDaily } from './renew-daily.ts'

const day = 86_400_000
const facts = { validFromMs: 0, validToMs: 365 * day, names: ['here', '10.0.0.1'] }

test('a certificate is renewed after two thirds of its life, long before its end', () => {
  expect(needsRenewal(facts, ['here'], 200 * day)).toBeUndefined()
  expect(needsRenewal(facts, ['here'], 244 * day)).toContain('two thirds')
  expect(needsRenewal(facts, ['here'], 400 * day)).toContain('two thirds')
})

test('a certificate without a name that is used now is renewed, and so is none at all', () => {
  expect(needsRenewal(facts, ['here', '10.0.0.2'], day)).toBe('it lacks 10.0.0.2')
  expect(needsRenewal(undefined, [], day)).toBe('there is none')
})

test('a wildcard address is reached by every address of the machine but the link-local ones', () => {
  const interfaces = {
    lo: [address('127.0.0.1')],
    eth0: [address('10.0.0.5'), address('fe80::1'), address('fd00::0001')],
  }
  expect(namesFor({ host: '0.0.0.0', port: 1 }, 'machine', interfaces)).toEqual([
    'machine',
    'localhost',
    '127.0.0.1',
    '10.0.0.5',
    'fd00::1',
  ])
  expect(namesFor({ host: '10.0.0.5', port: 1 }, 'machine', interfaces)).toEqual([
    'machine',
    'localhost',
    '10.0.0.5',
    '127.0.0.1',
  ])
})

const address = (text: string) => ({
  address: text,
  netmask: '',
  mac: '',
  internal: false,
  cidr: null,
  family: 'IPv4' as const,
})

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'floe-tls-'))
})
afterEach(() => rmSync(data, { recursive: true }))

test('the certificate is signed by Floe’s own authority, and is made once', async () => {
  const at = { host: '10.9.8.7', port: 7070 }
  const { tls, renewed } = await renewCertificate(data, at)
  expect(renewed).toContain('no authority')
  const [server, authority] = [new X509Certificate(readFileSync(tls.cert)), new X509Certificate(readFileSync(tls.ca))]
  expect(server.verify(authority.publicKey)).toBe(true)
  expect(authority.ca).toBe(true)
  expect(server.ca).toBe(false)
  expect(server.checkPrivateKey(createPrivateKey(readFileSync(tls.key)))).toBe(true)
  expect(readCertificate(readFileSync(tls.cert, 'utf8')).names).toContain('10.9.8.7')
  expect(statSync(tls.key).mode & 0o777).toBe(0o600)
  expect(statSync(join(data, 'tls/ca.pem')).mode & 0o777).toBe(0o600)
  expect(statSync(join(data, 'tls')).mode & 0o777).toBe(0o700)
  expect((await renewCertificate(data, at)).renewed).toBeUndefined()
})

test('a renewal keeps the authority that browsers know, until that one nears its end', async () => {
  const at = { host: '10.9.8.7', port: 7070 }
  const { tls } = await renewCertificate(data, at)
  const [authority, server] = [readFileSync(tls.ca, 'utf8'), readFileSync(tls.cert, 'utf8')]
  expect((await renewCertificate(data, at, Date.now() + 300 * day)).renewed).toContain('two thirds')
  expect(readFileSync(tls.ca, 'utf8')).toBe(authority)
  expect(readFileSync(tls.cert, 'utf8')).not.toBe(server)
  expect((await renewCertificate(data, at, Date.now() + 3500 * day)).renewed).toContain('authority')
  expect(readFileSync(tls.ca, 'utf8')).not.toBe(authority)
  expect(readdirSync(join(data, 'tls')).sort()).toEqual(['ca.crt', 'ca.pem', 'server.pem'])
})

test('a certificate that does not fit its key, or is another authority’s, is made anew and the authority is kept', async () => {
  const at = { host: '10.9.8.7', port: 7070 }
  const { tls } = await renewCertificate(data, at)
  const authority = readFileSync(tls.ca, 'utf8')
  const first = readFileSync(tls.cert, 'utf8')
  await renewCertificate(data, at, Date.now() + 300 * day)
  const second = readFileSync(tls.cert, 'utf8')
  const key = first.slice(first.indexOf('-----BEGIN PRIVATE'))
  writeFileSync(tls.cert, second.slice(0, second.indexOf('-----BEGIN PRIVATE')) + key)
  expect((await renewCertificate(data, at)).renewed).toContain('fits its key')
  await expectWhole(tls)
  writeFileSync(tls.cert, second.slice(0, 700))
  expect((await renewCertificate(data, at)).renewed).toContain('fits its key')
  await expectWhole(tls)
  expect(readFileSync(tls.ca, 'utf8')).toBe(authority)
})

test('killed between a new authority and the certificate that it signs, the next look mends it', async () => {
  const at = { host: '10.9.8.7', port: 7070 }
  const { tls } = await renewCertificate(data, at)
  const server = readFileSync(tls.cert)
  rmSync(join(data, 'tls/ca.pem'))
  await renewCertificate(data, at)
  writeFileSync(tls.cert, server)
  rmSync(tls.ca)
  mkdirSync(join(data, 'tls/.making-killed'))
  expect((await renewCertificate(data, at)).renewed).toContain('authority is new')
  await expectWhole(tls)
  expect(existsSync(join(data, 'tls/.making-killed'))).toBe(false)
})

/** As the controller loads it, and as a browser that knows the authority checks it. */
async function expectWhole({ cert, key, ca }: Tls & { ca: string }): Promise<void> {
  const pair = await readTlsPair({ cert, key })
  expect(new X509Certificate(pair.cert).verify(new X509Certificate(readFileSync(ca)).publicKey)).toBe(true)
}

test('a certificate of Floe’s own that is missing is made by the timer', async () => {
  const lines: string[] = []
  const config = { id: 'x', listen: '10.9.8.7:7070', pool: 'floe', imagesDir: '/images' }
  const own = ownTls(data)
  writeConfig(data, { ...config, tls: own })
  const first = Promise.withResolvers<void>()
  {
    using _timer = renewDaily(data, (line) => first.resolve(void lines.push(line)), 5)
    const alive = setTimeout(() => first.reject(new Error('never')), 20_000)
    await first.promise
    clearTimeout(alive)
  }
  expect(lines[0]).toContain('made anew')
  expect(existsSync(own.cert)).toBe(true)
})

test('a server shows its authority too, so that who believed that one believes its next certificate', async () => {
  const { tls } = await renewCertificate(data, { host: '127.0.0.1', port: 1 })
  const shown = readFileSync(tls.cert, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)!
  expect(shown).toHaveLength(2)
  expect(shown[1]).toBe(readFileSync(tls.ca, 'utf8'))
})
