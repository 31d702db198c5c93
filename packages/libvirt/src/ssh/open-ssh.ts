import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

import { localSockets, type SshVia, type Target } from '../target.ts'
import { PrivateFiles } from './private-files.ts'
import { runSsh, type SshRun } from './run-ssh.ts'
import { endChild, SshChannel } from './ssh-channel.ts'
import { hopsOf } from './ssh-config.ts'
import { sshFailure } from './ssh-failure.ts'

/** How the daemon is reached once we are on its host. */
export type SshWay = { readonly is: 'helper' } | { readonly is: 'forward'; readonly remote: string }

/** The ways to try, best first. The helper knows where the daemon's socket is; sockets are forwarded where it is
 *  missing, and only for the system's daemon, whose path is known. */
export function waysOf({ uri, via }: Target): readonly SshWay[] {
  if (!('ssh' in via)) return []
  if (via.ssh.socket !== undefined) return [{ is: 'forward', remote: via.ssh.socket }]
  const sockets = uri.endsWith(':///session') ? [] : localSockets()
  return [{ is: 'helper' }, ...sockets.map((remote) => ({ is: 'forward', remote }) as const)]
}

/** Logs in and gives a byte channel to the daemon. Rejects with NotTrusted, ConnectionLost, or the signal's reason.
 *  Whether the way exists shows only with the first bytes: the channel then ends with WayMissing. */
export async function openSsh(
  target: Target & { readonly via: SshVia },
  way: SshWay,
  o: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<Duplex> {
  const via = target.via.ssh
  using files = new PrivateFiles()
  if (way.is === 'forward') return await forwarded(target, way.remote, { ...o, files })
  const run = runSsh(via, way, { ...o, uri: target.uri, files })
  await run.until(({ loggedIn }) => loggedIn >= hopsOf(via).length, o.signal)
  return new SshChannel(run.child, run.child.stdout!, run.child.stdin!, why(via, run))
}

/** ssh before 9.4 forwards a socket only to another socket, so there is one here too, for a moment, in a folder that only
 *  this user may enter. */
async function forwarded(
  target: Target & { readonly via: SshVia },
  remote: string,
  o: { readonly deadlineMs: number; readonly signal: AbortSignal; readonly files: PrivateFiles },
): Promise<Duplex> {
  const via = target.via.ssh
  const folder = await mkdtemp(join(tmpdir(), 'floe-ssh-'))
  try {
    const local = join(folder, 's')
    const run = runSsh(via, { is: 'forward', local, remote }, { ...o, uri: target.uri })
    await run.until(({ forwarding }) => forwarding === true, o.signal)
    const socket = connect({ path: local })
    try {
      await once(socket, 'connect', { signal: o.signal })
    } catch (error) {
      endChild(run.child)
      socket.destroy()
      throw error
    }
    return new SshChannel(run.child, socket, socket, why(via, run))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const why =
  (via: SshVia['ssh'], run: SshRun) =>
  (exitCode: number | null): Error =>
    sshFailure(via, run.progress, exitCode)
