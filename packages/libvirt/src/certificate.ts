import { X509Certificate } from 'node:crypto'

/** What a person has to see of an X.509 certificate before trusting it. */
export type CertificateFacts = {
  readonly subject: string
  readonly issuer: string
  /** Names and addresses it is good for: `DNS:host`, `IP:10.0.0.1`. */
  readonly names: readonly string[]
  readonly validFrom: Date
  readonly validTo: Date
  /** SHA-256 of the whole certificate, in pairs of hex digits: `AB:CD:…`. */
  readonly fingerprint: string
  readonly isAuthority: boolean
  readonly pem: string
}

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    // Node writes `DNS:a, IP Address:1.2.3.4`; a name with a comma comes in quotes.
    names: (certificate.subjectAltName ?? '').match(/(?:"[^"]*"|[^,"])+/g)?.map(nameOf) ?? [],
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    fingerprint: certificate.fingerprint256,
    isAuthority: certificate.ca,
    pem: certificate.toString(),
  }
}

/** The first certificate of a PEM text; undefined where it holds none. */
export function readCertificate(pem: string): CertificateFacts | undefined {
  try {
    return certificateFacts(new X509Certificate(pem))
  } catch {
    return undefined
  }
}

/** Whether it is good at `now`, by this machine's clock. */
export function validityAt(now: Date, { validFrom, validTo }: CertificateFacts): 'valid' | 'expired' | 'not-yet-valid' {
  if (now > validTo) return 'expired'
  return now < validFrom ? 'not-yet-valid' : 'valid'
}

/** `CN=host (SHA-256 AB:CD:…), valid from … until …`, for sentences. */
export function describeCertificate({ subject, fingerprint, validFrom, validTo }: CertificateFacts): string {
  return `${subject} (SHA-256 ${fingerprint}), valid from ${validFrom.toISOString()} until ${validTo.toISOString()}`
}

const nameOf = (name: string): string => name.trim().replace(/^IP Address:/, 'IP:')

/** Node writes a line per part of the name; a part itself may hold anything. */
const oneLine = (name: string | undefined): string =>
  (name ?? '')
    .split('\n')
    .toReversed()
    .join(', ')
    .replaceAll(/\p{Cc}/gu, '?')
