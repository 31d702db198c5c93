import { ConnectionLost } from '../errors.ts'
import { describeHop, type SshVia } from '../target.ts'
import { NotTrusted } from '../trust.ts'
import { parseHostKey } from './host-key.ts'
import { hopsOf } from './ssh-config.ts'
import type { SshProgress } from './ssh-log.ts'

/** This way to the daemon does not exist on the host; another one may. */
export class WayMissing extends Error {
  override readonly name = 'WayMissing'
}

/** Why there is no connection, from what ssh said and how it ended. Pure. */
export function sshFailure(via: SshVia['ssh'], progress: SshProgress, exitCode: number | null): Error {
  const hops = hopsOf(via)
  if (progress.loggedIn >= hops.length) return afterLogin(progress, exitCode, describeHop(via))
  const hop = hops[progress.loggedIn]!
  const host = describeHop(hop)
  if (exitCode === 127)
    return new ConnectionLost("OpenSSH's client is missing on this machine: install openssh-client", { sent: false })
  if (progress.hostKeyRefused === true) return refusedHost(progress, hop.hostKeys, host)
  if (progress.methods !== undefined) return refusedLogin(progress, host)
  if (progress.openFailed !== undefined && progress.loggedIn > 0)
    return new ConnectionLost(
      `${describeHop(hops[progress.loggedIn - 1]!)} does not get through to ${host}: ${progress.openFailed}`,
      { sent: false },
    )
  const said = progress.said ?? `ssh ended with ${exitCode ?? 'a signal'} and said nothing`
  return new ConnectionLost(`${host} cannot be reached over SSH: ${said}`, { sent: false })
}

function afterLogin({ openFailed, said }: SshProgress, exitCode: number | null, host: string): Error {
  if (exitCode === 127) return new WayMissing(`virt-ssh-helper is missing on ${host}; it comes with libvirt's daemon`)
  if (openFailed !== undefined)
    return new WayMissing(
      `${host} does not open libvirt's socket (${openFailed}). Is libvirtd running there, and may this user open it?`,
    )
  return new Error(said ?? (exitCode === null ? 'ssh was ended by a signal' : `ssh ended with ${exitCode}`))
}

function refusedHost(progress: SshProgress, lines: readonly string[], host: string): NotTrusted {
  if (progress.hostCertificateRefused !== undefined) {
    const why = progress.hostCertificateRefused
    const message = `The certificate of ${host}'s SSH key is not believed: ${why}. Have it signed again for this name`
    return new NotTrusted(message, { problem: 'host-certificate', host, why })
  }
  const presented = progress.shown ?? { type: 'unknown', fingerprint: 'unknown' }
  const pinned = lines.map(parseHostKey)
  const shown = `${presented.type} ${presented.fingerprint}`
  if (pinned.length === 0)
    return new NotTrusted(
      `${host} shows the host key ${shown}, and none is trusted yet. Compare it on the host ` +
        `(ssh-keygen -l -f /etc/ssh/ssh_host_*_key.pub), then trust it`,
      { problem: 'host-key-unknown', host, presented, pinned },
    )
  const known = pinned.map((key) => `${key.type}${key.authority ? ' authority' : ''} ${key.fingerprint}`).join(', ')
  return new NotTrusted(
    `${host} shows the host key ${shown} instead of ${known}. Either it was installed anew, or somebody ` +
      `stands between: compare it on the host, and only then trust the new one`,
    { problem: 'host-key-changed', host, presented, pinned },
  )
}

function refusedLogin({ methods = [], keyUnusable }: SshProgress, host: string): NotTrusted {
  if (keyUnusable !== undefined)
    return new NotTrusted(
      `The key for ${host} cannot be used: ${keyUnusable}. It is a private key without a passphrase, or an agent's`,
      { problem: 'login-key-unusable', host, why: keyUnusable },
    )
  return new NotTrusted(
    `${host} does not let us in with this key (it accepts ${methods.join(', ')}). Add the public key to ` +
      `~/.ssh/authorized_keys of that user there, and check that the certificate, if there is one, is still valid`,
    { problem: 'login-refused', host, methods },
  )
}
