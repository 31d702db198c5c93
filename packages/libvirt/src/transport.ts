import { connect as connectUnix } from 'node:net'
import type { Duplex } from 'node:stream'

import { ConnectionLost } from './errors.ts'
import { settled } from './settled.ts'
import { openSsh, type SshWay } from './ssh/open-ssh.ts'
import { describeTarget, type SshVia, type Target } from './target.ts'
import { openTls } from './tls.ts'

/** A byte channel that is ready for the first message. */
export type Transport = {
  readonly socket: Duplex
  /** On TLS a daemon reads one message a wake-up and does not look into GnuTLS's buffer: two messages in one record
   *  leave the second one unread until something else arrives (seen on 9.0.0). So: one write outstanding at a time. */
  readonly oneWriteAtATime: boolean
}

export type TransportOptions = {
  readonly signal: AbortSignal
  readonly deadlineMs: number
  /** Over SSH: which of `waysOf`. */
  readonly way?: SshWay | undefined
}

/** Connects; over TLS also waits for the daemon's word that it accepts our certificate.
 *  Rejects with ConnectionLost (`sent` false), NotTrusted, or the signal's reason. */
export async function openTransport(target: Target, options: TransportOptions): Promise<Transport> {
  const { signal, deadlineMs, way = { is: 'helper' } } = options
  signal.throwIfAborted()
  const { via } = target
  if ('tls' in via) return { socket: await openTls(target, via, signal), oneWriteAtATime: true }
  if ('ssh' in via) {
    const socket = await openSsh(target as Target & { via: SshVia }, way, { deadlineMs, signal })
    return { socket, oneWriteAtATime: false }
  }
  const socket = connectUnix({ path: via.unix })
  await settled(socket, 'connect', signal, (error) => lost(refusal(target, error), error))
  return { socket, oneWriteAtATime: false }
}

const lost = (message: string, cause: unknown): ConnectionLost => new ConnectionLost(message, { sent: false, cause })

function refusal(target: Target, error: NodeJS.ErrnoException | undefined): string {
  const where = describeTarget(target)
  switch (error?.code) {
    case 'ENOENT':
      return `${where}: there is no such socket. Is libvirtd (or virtqemud) running?`
    case 'EACCES':
      return `${where}: this user may not open the socket. Join the group libvirt, then log in again`
    case 'ECONNREFUSED':
      return `${where} refuses connections. Is libvirtd running and listening?`
    case undefined:
    default:
      return error === undefined ? `${where} closed the connection` : `${where} cannot be reached: ${error.message}`
  }
}
