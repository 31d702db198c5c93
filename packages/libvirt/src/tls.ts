import { connect, type TLSSocket } from 'node:tls'

import { describeCertificate, readCertificate, validityAt, type CertificateFacts } from './certificate.ts'
import { ConnectionLost } from './errors.ts'
import { previewTls } from './preview-tls.ts'
import { settled } from './settled.ts'
import { describeTarget, type Target, type TlsVia } from './target.ts'
import { NotTrusted } from './trust.ts'

export const tlsPort = 16_514

/** TLS with this side's certificate, and the daemon's word that it accepts it. Rejects with NotTrusted where one side
 *  does not believe the other, else with ConnectionLost (`sent` false) or the signal's reason. */
export async function openTls(target: Target, via: TlsVia, signal: AbortSignal): Promise<TLSSocket> {
  const socket = startTls(target, via)
  // A host that vanished while nothing is sent: the kernel finds out even where libvirt's keepalive is off.
  socket.setKeepAlive(true, 15_000)
  socket.setNoDelay(true)
  try {
    await settled(socket, 'secureConnect', signal, (error) => error ?? new Error('it closed the connection'))
  } catch (error) {
    if (error === signal.reason) throw error
    throw await refusedByUs(target, via, error as NodeJS.ErrnoException, signal)
  }
  await welcome(socket, target, via, signal)
  return socket
}

function startTls(target: Target, { tls }: TlsVia): TLSSocket {
  try {
    return connect({
      host: tls.host,
      port: tls.port ?? tlsPort,
      ca: tls.ca,
      cert: tls.cert,
      key: tls.key,
      minVersion: 'TLSv1.2',
      ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    })
  } catch (cause) {
    // OpenSSL's words name what is wrong and no part of the key.
    const why =
      (cause as NodeJS.ErrnoException).code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'the certificate and the key do not belong together'
        : (cause as Error).message
    const message = `The certificate, key or authority for ${describeTarget(target)} cannot be used: ${why}`
    throw new NotTrusted(message, { problem: 'client-certificate-unusable', host: tls.host, why }, cause)
  }
}

/** After the handshake the daemon checks our certificate and then sends one byte, 1. With TLS 1.3 a refusal shows only
 *  here: as a close or an alert after the handshake had seemed complete. */
async function welcome(socket: TLSSocket, target: Target, via: TlsVia, signal: AbortSignal): Promise<void> {
  await settled(socket, 'readable', signal, (error) => refusedByHost(target, via, error))
  const byte = socket.read(1) as Buffer | null
  if (byte?.[0] === 1) return
  socket.destroy()
  throw refusedByHost(target, via, undefined)
}

const ours: Readonly<Record<string, Exclude<ServerProblem, undefined>>> = {
  CERT_HAS_EXPIRED: 'server-certificate-expired',
  CERT_NOT_YET_VALID: 'server-certificate-not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'server-name-wrong',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'server-authority-unknown',
  SELF_SIGNED_CERT_IN_CHAIN: 'server-authority-unknown',
  UNABLE_TO_GET_ISSUER_CERT: 'server-authority-unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'server-authority-unknown',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'server-authority-unknown',
  CERT_SIGNATURE_FAILURE: 'server-authority-unknown',
  INVALID_CA: 'server-authority-unknown',
}
type ServerProblem =
  | 'server-certificate-expired'
  | 'server-certificate-not-yet-valid'
  | 'server-name-wrong'
  | 'server-authority-unknown'
  | undefined

/** The handshake failed: it is said which certificate was shown, for which it is fetched once more. */
async function refusedByUs(
  target: Target,
  via: TlsVia,
  error: NodeJS.ErrnoException,
  signal: AbortSignal,
): Promise<ConnectionLost> {
  const { tls } = via
  const where = describeTarget(target)
  const code = error.code ?? ''
  if (/ALERT/.test(code)) return refusedByHost(target, via, error)
  const problem = ours[code]
  if (problem === undefined) {
    const why = code === 'ECONNREFUSED' ? 'it refuses connections. Is libvirtd listening with TLS?' : error.message
    return new ConnectionLost(`${where} cannot be reached: ${why}`, { sent: false, cause: error })
  }
  const certificate = await previewTls(tls, { signal }).then(
    ({ chain }) => chain[0],
    () => undefined,
  )
  const shown = certificate === undefined ? '' : `: ${describeCertificate(certificate)}`
  const sentence = sentences[problem](where, tls.servername ?? tls.host, certificate)
  return new NotTrusted(`${sentence}${shown}`, { problem, host: tls.host, certificate }, error)
}

const sentences: Readonly<
  Record<Exclude<ServerProblem, undefined>, (where: string, name: string, certificate?: CertificateFacts) => string>
> = {
  'server-certificate-expired': (where, _, certificate) =>
    `${where} shows a certificate that has expired${certificate ? ` on ${certificate.validTo.toISOString()}` : ''}. ` +
    `Give the host a new one, and compare both clocks`,
  'server-certificate-not-yet-valid': (where, _, certificate) =>
    `${where} shows a certificate that is not valid yet` +
    `${certificate ? ` (from ${certificate.validFrom.toISOString()})` : ''}. Compare both clocks`,
  'server-name-wrong': (where, name, certificate) =>
    `${where} shows a certificate that is not for ${name} but for ` +
    `${certificate?.names.join(', ') || 'other names'}. Use one of these names, or give the host a certificate for this one`,
  'server-authority-unknown': (where) =>
    `${where} shows a certificate that the trusted authority has not signed. Trust the authority of this host, or have ` +
    `its certificate signed by the one that is trusted`,
}

function refusedByHost(target: Target, { tls }: TlsVia, cause: NodeJS.ErrnoException | undefined): ConnectionLost {
  const where = describeTarget(target)
  const certificate = readCertificate(tls.cert)
  if (certificate === undefined)
    return new ConnectionLost(`${where} closed the connection after the TLS handshake`, { sent: false, cause })
  const validity = validityAt(new Date(), certificate)
  const problem =
    validity === 'expired' || cause?.code === 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'
      ? 'client-certificate-expired'
      : validity === 'not-yet-valid'
        ? 'client-certificate-not-yet-valid'
        : 'client-certificate-refused'
  const remedy = {
    'client-certificate-expired': `it has expired on ${certificate.validTo.toISOString()}. Issue a new one`,
    'client-certificate-not-yet-valid': `it is valid only from ${certificate.validFrom.toISOString()}. Compare both clocks`,
    'client-certificate-refused':
      "Check that the host's CA signed it, that it is for client use, and the host's tls_allowed_dn_list",
  }[problem]
  const message =
    `${where} closed the connection after the TLS handshake: it does not accept this client's certificate, ` +
    `${describeCertificate(certificate)}${problem === 'client-certificate-refused' ? '. ' : '; '}${remedy}`
  return new NotTrusted(message, { problem, host: tls.host, certificate }, cause)
}
