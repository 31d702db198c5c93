import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { places, type Tls } from './config.ts'
import { setupError } from './errors.ts'
import { isAnyAddress, parseListen, type ListenAddress } from './listen-address.ts'
import { complaint, runCommand } from './run-command.ts'

export type CertificateFacts = {
  readonly validFromMs: number
  readonly validToMs: number
  readonly names: readonly string[]
}

/** Why a certificate has to be made anew, or nothing: it is past two thirds of its life (four months before its end,
 *  for one of ours), or lacks a name that browsers use now. */
export function needsRenewal(
  facts: CertificateFacts | undefined,
  wanted: readonly string[],
  nowMs: number,
): string | undefined {
  if (facts === undefined) return 'there is none'
  const { validFromMs, validToMs } = facts
  if (nowMs >= validFromMs + ((validToMs - validFromMs) * 2) / 3) return 'it is past two thirds of its life'
  const lacks = wanted.filter((name) => !facts.names.includes(name))
  return lacks.length > 0 ? `it lacks ${lacks.join(', ')}` : undefined
}

/** What a certificate says about itself. Errors: whatever Node says about a file that is none. */
export function readCertificate(pem: string | Buffer): CertificateFacts {
  const { validFrom, validTo, subjectAltName = '' } = new X509Certificate(pem)
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return { validFromMs: Date.parse(validFrom), validToMs: Date.parse(validTo), names: names.map(plainAddress) }
}

/** IPv6 in one spelling, so that two can be compared. */
const plainAddress = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name

/** The names that a certificate for this address has to carry: the machine's, and every address that it is reached by. */
export function namesFor(at: ListenAddress, machine = hostname(), interfaces = networkInterfaces()): string[] {
  const all = Object.values(interfaces).flatMap((list) => list ?? [])
  const reachable = all.filter(({ address }) => !address.startsWith('fe80:')).map(({ address }) => address)
  const addresses = isAnyAddress(at) ? reachable : [at.host, '127.0.0.1']
  return [...new Set([machine, 'localhost', ...addresses.map(plainAddress)])]
}

const caDays = 3650
const serverDays = 365

/** Makes what is missing or old of Floe's own authority and certificate in DATA/tls, as the user who runs this, and
 *  answers whether there is a new certificate. The pair in use stays whole: both files are made aside and moved.
 *  Errors: `certificate_failed`. */
export async function renewCertificate(
  data: string,
  at: ListenAddress,
  nowMs: number = Date.now(),
): Promise<{ readonly tls: Tls & { ca: string }; readonly renewed?: string }> {
  const { tls: folder } = places(data)
  const file = (name: string): string => join(folder, name)
  const tls = { cert: file('server.crt'), key: file('server.key'), ca: file('ca.crt') }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = namesFor(at)
  const authority = factsOf(tls.ca)
  // A server's certificate must not outlive its authority.
  const newAuthority =
    !existsSync(file('ca.key')) || authority === undefined || authority.validToMs < nowMs + serverDays * 86_400_000
  const why = newAuthority
    ? 'there is no authority yet, or it ends soon'
    : needsRenewal(factsOf(tls.cert), names, nowMs)
  if (why === undefined && existsSync(tls.key)) return { tls }
  if (newAuthority) await makeAuthority(file)
  await makeServer(file, names)
  return { tls, renewed: why ?? 'its key was missing' }
}

function factsOf(path: string): CertificateFacts | undefined {
  try {
    return readCertificate(readFileSync(path))
  } catch {
    return undefined // none, or no certificate: it is made anew
  }
}

type FileOf = (name: string) => string
const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

async function makeAuthority(file: FileOf): Promise<void> {
  const extensions = ['basicConstraints=critical,CA:TRUE,pathlen:0', 'keyUsage=critical,keyCertSign,cRLSign']
  const subject = `/O=Floe/CN=Floe on ${hostname().slice(0, 50)}`
  const added = extensions.flatMap((extension) => ['-addext', extension])
  await openssl([
    'req',
    '-x509',
    ...key,
    '-days',
    `${caDays}`,
    '-subj',
    subject,
    ...added,
    '-keyout',
    file('ca.key.new'),
    '-out',
    file('ca.crt.new'),
  ])
  place(file, 'ca')
}

async function makeServer(file: FileOf, names: readonly string[]): Promise<void> {
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
  const extensions = `subjectAltName=${alternatives}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nbasicConstraints=critical,CA:FALSE\n`
  writeFileSync(file('server.ext'), extensions)
  await openssl([
    'req',
    ...key,
    '-subj',
    '/O=Floe/CN=Floe',
    '-keyout',
    file('server.key.new'),
    '-out',
    file('server.csr'),
  ])
  const signer = [
    '-CA',
    file('ca.crt'),
    '-CAkey',
    file('ca.key'),
    '-set_serial',
    `0x${crypto.randomUUID().replaceAll('-', '').replace(/^./, '1')}`,
  ]
  await openssl([
    'x509',
    '-req',
    '-in',
    file('server.csr'),
    ...signer,
    '-days',
    `${serverDays}`,
    '-extfile',
    file('server.ext'),
    '-out',
    file('server.crt.new'),
  ])
  place(file, 'server')
  rmSync(file('server.ext'))
  rmSync(file('server.csr'))
}

function place(file: FileOf, name: string): void {
  chmodSync(file(`${name}.key.new`), 0o600)
  chmodSync(file(`${name}.crt.new`), 0o644)
  renameSync(file(`${name}.key.new`), file(`${name}.key`))
  renameSync(file(`${name}.crt.new`), file(`${name}.crt`))
}

async function openssl(args: readonly string[]): Promise<void> {
  const ran = await runCommand(['openssl', ...args])
  if (ran.status !== 0) throw setupError('certificate_failed', { why: complaint(ran) })
}

/** `keep certificate --data DIR --listen ADDR:PORT`, run as the product's user. */
export async function makeCertificate(args: readonly string[]): Promise<void> {
  const options = { data: { type: 'string' }, listen: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const { renewed } = await renewCertificate(values.data ?? '', parseListen(values.listen ?? ''))
  if (renewed) console.log(renewed)
}
