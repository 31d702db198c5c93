import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect } from 'node:tls'

import { certificateFacts, type CertificateFacts } from './certificate.ts'
import { ConnectionLost, DeadlineExceeded } from './errors.ts'
import { settled } from './settled.ts'
import type { TlsVia } from './target.ts'

export type TlsPreview = {
  /** What the host shows: its own certificate first, then those above it, as far as it sends them. */
  readonly chain: readonly CertificateFacts[]
  /** `TLSv1.3`. */
  readonly protocol: string | undefined
  /** Whether `ca` signed it, it is valid now and it is for this name; undefined where no `ca` was given. */
  readonly trusted: boolean | undefined
  /** OpenSSL's or Node's code where it is not trusted: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  readonly problem: string | undefined
}

/** Fetches the certificates that a host shows, without trusting them and without sending anything but the handshake: for
 *  a person to compare before the host is added. Rejects with ConnectionLost, DeadlineExceeded or the signal's reason.
 *
 *  ```ts
 *  const { chain } = await previewTls({ host: 'host-2' })
 *  console.log(chain[0]?.subject, chain[0]?.fingerprint, chain[0]?.validTo)
 *  ```
 */
export async function previewTls(
  tls: Pick<TlsVia['tls'], 'host' | 'port' | 'servername'> & Partial<TlsVia['tls']>,
  options: { readonly deadlineMs?: number; readonly signal?: AbortSignal } = {},
): Promise<TlsPreview> {
  const { deadlineMs = 10_000 } = options
  const { host, port = 16_514, servername = host } = tls
  const late = AbortSignal.timeout(deadlineMs)
  const socket = connect({
    host,
    port,
    minVersion: 'TLSv1.2',
    // Nothing is sent over it and no key of ours is shown: what is fetched is only looked at.
    rejectUnauthorized: false,
    ...(isIP(servername) === 0 ? { servername } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  })
  try {
    const signal = options.signal ? AbortSignal.any([options.signal, late]) : late
    await settled(socket, 'secureConnect', signal, (error) => {
      const why = error?.message ?? 'it closed the connection'
      return new ConnectionLost(`${host}:${port} shows no TLS certificate: ${why}`, { sent: false, cause: error })
    })
    const problem = socket.authorized ? undefined : String(socket.authorizationError)
    return {
      chain: chainOf(socket.getPeerX509Certificate()),
      protocol: socket.getProtocol() ?? undefined,
      trusted: tls.ca === undefined ? undefined : socket.authorized,
      problem: tls.ca === undefined ? undefined : problem,
    }
  } catch (error) {
    if (error !== late.reason) throw error
    const message = `${host}:${port} did not show its certificate within ${deadlineMs} ms`
    throw new DeadlineExceeded(message, { procedure: 'previewTls', deadlineMs, sent: true })
  } finally {
    socket.on('error', () => {})
    socket.destroy()
  }
}

/** A host may send any number of certificates. */
const chainMax = 10

function chainOf(leaf: X509Certificate | undefined): CertificateFacts[] {
  const chain: CertificateFacts[] = []
  for (let each = leaf; each !== undefined && chain.length < chainMax; each = each.issuerCertificate) {
    const facts = certificateFacts(each)
    if (chain.some(({ fingerprint }) => fingerprint === facts.fingerprint)) break // it signed itself
    chain.push(facts)
  }
  return chain
}
