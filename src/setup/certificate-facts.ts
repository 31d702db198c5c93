import { X509Certificate, createPrivateKey } from 'node:crypto'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

import { isAnyAddress, type ListenAddress } from './listen-address.ts'

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

/** What a certificate says about itself. Errors: whatever Node says about a text that holds none. */
export function readCertificate(pem: string): CertificateFacts {
  const { validFrom, validTo, subjectAltName = '' } = new X509Certificate(pem)
  const names = subjectAltName.split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''))
  return { validFromMs: Date.parse(validFrom), validToMs: Date.parse(validTo), names: names.map(plainAddress) }
}

/** True where the private key in `key` is that of the first certificate in `cert`. Errors: Node's, as above. */
export const keyFits = (cert: string, key: string): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))

/** True where `authority` signed the first certificate in `cert`. */
export function isSignedBy(cert: string, authority: string): boolean {
  const [server, signer] = [new X509Certificate(cert), new X509Certificate(authority)]
  return server.checkIssued(signer) && server.verify(signer.publicKey)
}

/** The first certificate of a text alone, without the key that may lie beside it. */
export const certificateIn = (pem: string): string => new X509Certificate(pem).toString()

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
