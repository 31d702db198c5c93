import { connect as connectUnix, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

import { ConnectionLost } from './errors.ts'
import { describeTarget, type Target, type TlsVia } from './target.ts'

/** A byte channel that is ready for the first message. */
export type Transport = {
  readonly socket: Socket
  /** On TLS a daemon reads one message a wake-up and does not look into GnuTLS's buffer: two messages in one record
   *  leave the second one unread until something else arrives (seen on 9.0.0). So: one write outstanding at a time. */
  readonly oneWriteAtATime: boolean
}

/** Connects; over TLS also waits for the daemon's word that it accepts our certificate.
 *  Rejects with ConnectionLost (`sent` false) or the signal's reason. */
export async function openTransport(target: Target, signal: AbortSignal): Promise<Transport> {
  signal.throwIfAborted()
  const { via } = target
  if ('tls' in via) return { socket: await openTls(target, via, signal), oneWriteAtATime: true }
  const socket = connectUnix({ path: via.unix })
  await settled(socket, 'connect', target, signal)
  return { socket, oneWriteAtATime: false }
}

async function openTls(target: Target, { tls }: TlsVia, signal: AbortSignal): Promise<Socket> {
  const socket = connectTls({
    host: tls.host,
    port: tls.port ?? 16_514,
    ca: tls.ca,
    cert: tls.cert,
    key: tls.key,
    minVersion: 'TLSv1.2',
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  })
  // A host that vanished while nothing is sent: the kernel finds out even where libvirt's keepalive is off.
  socket.setKeepAlive(true, 15_000)
  socket.setNoDelay(true)
  await settled(socket, 'secureConnect', target, signal)
  await welcome(socket, target, signal)
  return socket
}

/** After the handshake the daemon checks our certificate and then sends one byte, 1. With TLS 1.3 a refusal shows only
 *  here: as a close or an alert after the handshake had seemed complete. */
async function welcome(socket: Socket, target: Target, signal: AbortSignal): Promise<void> {
  await settled(socket, 'readable', target, signal, refusedCertificate)
  const byte = socket.read(1) as Buffer | null
  if (byte?.[0] === 1) return
  socket.destroy()
  throw new ConnectionLost(refusedCertificate(target), { sent: false })
}

const refusedCertificate = (target: Target): string =>
  `${describeTarget(target)} closed the connection after the TLS handshake: it does not accept this client's ` +
  `certificate. Check that the host's CA signed it, that it is for client use, and the host's tls_allowed_dn_list`

/** Waits for `event`, and destroys the socket where it does not come. */
async function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect' | 'readable',
  target: Target,
  signal: AbortSignal,
  onClose?: (target: Target) => string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = (error: Error): void =>
    reject(new ConnectionLost(onClose?.(target) ?? refusal(target, error), { sent: false, cause: error }))
  const closed = (): void =>
    reject(new ConnectionLost(onClose?.(target) ?? `${describeTarget(target)} closed the connection`, { sent: false }))
  const aborted = (): void => reject(signal.reason as Error)
  socket.once(event, resolve).once('error', failed).once('close', closed).once('end', closed)
  signal.addEventListener('abort', aborted, { once: true })
  try {
    await promise
  } catch (error) {
    socket.on('error', () => {}) // what follows a failed connect tells nothing more
    socket.destroy()
    throw error
  } finally {
    socket.off(event, resolve).off('error', failed).off('close', closed).off('end', closed)
    signal.removeEventListener('abort', aborted)
  }
}

function refusal(target: Target, error: NodeJS.ErrnoException): string {
  const where = describeTarget(target)
  switch (error.code) {
    case 'ENOENT':
      return `${where}: there is no such socket. Is libvirtd (or virtqemud) running?`
    case 'EACCES':
      return `${where}: this user may not open the socket. Join the group libvirt, then log in again`
    case 'ECONNREFUSED':
      return `${where} refuses connections. Is libvirtd running and listening?`
    case undefined:
    default:
      return `${where} cannot be reached: ${error.message}`
  }
}
