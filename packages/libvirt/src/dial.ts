import { LibvirtConnection } from './connection.ts'
import type { Connection, DialOptions } from './contract.ts'
import { ConnectionLost, DeadlineExceeded, LibvirtError } from './errors.ts'
import { Session } from './session.ts'
import { type SshWay, waysOf } from './ssh/open-ssh.ts'
import { WayMissing } from './ssh/ssh-failure.ts'
import type { Suspects } from './suspects.ts'
import { features } from './table/flags.ts'
import { describeTarget, type Target } from './target.ts'
import { openTransport } from './transport.ts'

export const defaultDeadlineMs = 10_000
/** One below libvirt's default `max_client_requests` of 5. */
const defaultWindow = 4
const defaultKeepalive = { intervalMs: 5000, count: 5 }

/** Opens a connection: transport, authentication "none", CONNECT_OPEN of the URI, keepalive where the daemon has it.
 *  Rejects with ConnectionLost, LibvirtError, DeadlineExceeded, or the signal's reason.
 *
 *  ```ts
 *  await using connection = await dial({ uri: 'qemu:///system', via: { unix: '/run/libvirt/libvirt-sock' } })
 *  const { domains } = await connection.call.connectListAllDomains()
 *  ```
 */
export function dial(target: Target, options: DialOptions = {}): Promise<Connection> {
  return open(target, options, {})
}

/** What the connections to one target have learnt, for the next one. */
export type Known = {
  /** Domains that hang. */
  readonly suspects?: Suspects
  /** Over SSH: the way that worked. */
  way?: SshWay
}

/** The same for a link, whose connections know the same. */
export async function open(target: Target, options: DialOptions, known: Known): Promise<LibvirtConnection> {
  const where = describeTarget(target)
  const deadlineMs = options.deadlineMs ?? defaultDeadlineMs
  const late = new DeadlineExceeded(`${where} did not answer within ${deadlineMs} ms`, {
    procedure: 'connectOpen',
    deadlineMs,
    sent: true,
  })
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(late), deadlineMs)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal
  try {
    const log = options.log ?? (() => {})
    const session = await openSession(target, options, known, { where, deadlineMs, signal })
    log(`connected to ${where}`)
    // What ended the first dialling must not end the next one.
    const { signal: _, ...lasting } = options
    return new LibvirtConnection(session, target, (more) => open(target, { ...lasting, ...more }, known), log)
  } finally {
    clearTimeout(timer)
  }
}

type At = { readonly where: string; readonly deadlineMs: number; readonly signal: AbortSignal }

/** Over SSH the ways are tried in turn; each costs a login, so the one that worked is kept. */
async function openSession(target: Target, options: DialOptions, known: Known, at: At): Promise<Session> {
  const ways = known.way === undefined ? waysOf(target) : [known.way]
  const missing: string[] = []
  for (const way of ways.length > 0 ? ways : [undefined]) {
    const transport = await openTransport(target, { ...at, way })
    const { where, deadlineMs } = at
    const window = options.window ?? defaultWindow
    const session = new Session(transport, { where, deadlineMs, window, suspects: known.suspects })
    try {
      await handshake(session, target, options, at.signal)
      if (way !== undefined) known.way = way
      return session
    } catch (error) {
      session.end(undefined)
      if (!(error instanceof ConnectionLost && error.cause instanceof WayMissing)) throw error
      missing.push(error.cause.message)
    }
  }
  delete known.way // the host may have changed since
  throw new ConnectionLost(`No way to ${at.where}: ${missing.join('; ')}`, { sent: false })
}

async function handshake(session: Session, target: Target, options: DialOptions, signal: AbortSignal): Promise<void> {
  const { types } = (await session.request('authList', {}, { signal })) as { types: readonly string[] }
  if (types.length > 0 && !types.includes('none'))
    throw new ConnectionLost(
      `${describeTarget(target)} asks for authentication by ${types.join(' or ')}, which is not supported. ` +
        `Use a socket that this user's group may open (auth_unix_rw = "none"), or TLS with client certificates`,
      { sent: false },
    )
  await session.request('connectOpen', { uri: target.uri }, { signal })
  if (options.keepalive === false) return
  // Asking is what switches the daemon's own pings on.
  if (await supports(session, features.keepalive, signal)) session.startKeepalive(options.keepalive ?? defaultKeepalive)
}

async function supports(session: Session, feature: number, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await session.request('connectSupportsFeature', { feature }, { signal })
    return (answer as { supported: boolean }).supported
  } catch (error) {
    if (error instanceof LibvirtError) return false
    throw error
  }
}
