import { isIP } from 'node:net'
import { homedir } from 'node:os'

import type { SshHop, SshVia } from '../target.ts'
import { parseHostKey } from './host-key.ts'

/** What the configuration is made for: running virt-ssh-helper, forwarding a socket, or only seeing the host's key. */
export type SshPurpose =
  | { readonly is: 'helper' }
  | { readonly is: 'forward'; readonly local: string; readonly remote: string }
  | { readonly is: 'look'; readonly knownHosts: string }

/** Gives the path of a file that holds a text: keys, certificates, known hosts. */
export type FileOf = (text: string) => string

/** The name that a hop has in the configuration, and to which ssh is told to connect. */
export const hopName = (via: SshVia['ssh'], index: number): string =>
  via.userConfig === true ? hopsOf(via)[index]!.host : `hop-${index}`

/** All hosts on the way, the nearest first, the target last. */
export const hopsOf = ({ jumps = [], ...target }: SshVia['ssh']): readonly SshHop[] => [...jumps, target]

/** The whole configuration of one run of OpenSSH's client (ssh_config(5), first value wins). Everything is checked
 *  before it is written; throws a sentence for what is no host, user, key or path. */
export function sshConfig(via: SshVia['ssh'], purpose: SshPurpose, o: { fileOf: FileOf; deadlineMs: number }): string {
  const hops = hopsOf(via)
  const blocks = hops.map((hop, index) => {
    const last = index === hops.length - 1
    const lines = [
      ...hopLines(hop, via.userConfig === true, o.fileOf, last && purpose.is === 'look' ? purpose : undefined),
      index > 0 ? `ProxyJump ${hopName(via, index - 1)}` : via.userConfig === true ? '' : 'ProxyJump none',
      last && purpose.is === 'forward' ? `LocalForward ${purpose.local} ${socketPath(purpose.remote)}` : '',
    ]
    return [`Host ${hopName(via, index)}`, ...lines.filter(Boolean).map((line) => `  ${line}`)]
  })
  const users =
    via.userConfig === true ? [`Include ${quoted(homedir())}/.ssh/config`, 'Include /etc/ssh/ssh_config'] : []
  return `${[...blocks.flat(), 'Host *', ...everywhere(o.deadlineMs).map((line) => `  ${line}`), ...users].join('\n')}\n`
}

function hopLines(hop: SshHop, userConfig: boolean, fileOf: FileOf, look?: { readonly knownHosts: string }): string[] {
  const host = hostName(hop.host)
  const lines = [`HostName ${host}`]
  // By this name, and without a port, the key is looked up and a host's certificate is checked.
  if (look !== undefined)
    lines.push(`HostKeyAlias ${host}`, `UserKnownHostsFile ${look.knownHosts}`, 'GlobalKnownHostsFile none')
  else if (hop.hostKeys.length > 0 || !userConfig)
    lines.push(
      `HostKeyAlias ${host}`,
      `UserKnownHostsFile ${fileOf(knownHosts(host, hop.hostKeys))}`,
      'GlobalKnownHostsFile none',
    )
  lines.push(`StrictHostKeyChecking ${look === undefined ? 'yes' : 'accept-new'}`)
  if (hop.port !== undefined || !userConfig) lines.push(`Port ${portNumber(hop.port ?? 22)}`)
  if (hop.user !== undefined) lines.push(`User ${userName(hop.user)}`)
  if (look !== undefined) return [...lines, 'PreferredAuthentications none', 'IdentityAgent none', 'IdentityFile none']
  if (hop.key !== undefined) lines.push(`IdentityFile ${fileOf(ended(hop.key))}`)
  else if (!userConfig && hop.agent === undefined) lines.push('IdentityFile none')
  if (hop.certificate !== undefined) lines.push(`CertificateFile ${fileOf(ended(hop.certificate))}`)
  if (hop.key !== undefined || !userConfig) lines.push(`IdentitiesOnly ${hop.key === undefined ? 'no' : 'yes'}`)
  if (hop.agent !== undefined) lines.push(`IdentityAgent ${agentPath(hop.agent)}`)
  else if (!userConfig) lines.push('IdentityAgent none')
  return [...lines, 'PreferredAuthentications publickey']
}

/** What holds for every host, jumps too. */
function everywhere(deadlineMs: number): string[] {
  const no = ['ForwardAgent', 'ForwardX11', 'PermitLocalCommand', 'RequestTTY', 'UpdateHostKeys', 'CheckHostIP']
  const none = ['ControlMaster no', 'ControlPath none', 'EscapeChar none', 'VerifyHostKeyDNS no', 'AddKeysToAgent no']
  return [
    'BatchMode yes',
    ...no.map((option) => `${option} no`),
    ...none,
    'Compression no',
    'CanonicalizeHostname no',
    'ExitOnForwardFailure yes',
    `ConnectTimeout ${Math.max(1, Math.ceil(deadlineMs / 1000))}`,
    // A host that vanishes is noticed after 45 s even where nobody asks libvirt's keepalive.
    'ServerAliveInterval 15',
    'ServerAliveCountMax 3',
    // Tells who was reached, which key was shown and who was let in; nothing of it is secret.
    'LogLevel DEBUG1',
  ]
}

/** A file of known hosts that holds these keys for this one name. */
const knownHosts = (host: string, keys: readonly string[]): string =>
  keys
    .map((key) => {
      const { authority, line } = parseHostKey(key)
      return authority ? line.replace(' ', ` ${host} `) : `${host} ${line}`
    })
    .map((line) => `${line}\n`)
    .join('')

function hostName(host: string): string {
  // `0x7f.1` and `017700000001` are addresses to the C library, and names to whoever looks at them.
  const numeric = /(?:^|\.)(?:0x[0-9a-f]*|\d+)$/i.test(host)
  const name = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(host) && host.length <= 253
  if (numeric ? isIP(host) === 4 : name || (isIP(host) === 6 && !host.includes('%'))) return host
  throw new Error(`"${host.slice(0, 60)}" is no host name and no address`)
}

function userName(user: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._@+-]*\$?$/.test(user) && user.length <= 255) return user
  throw new Error(`"${user.slice(0, 60)}" is no user's name for SSH`)
}

function portNumber(port: number): number {
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port
  throw new Error(`${port} is no port; it is a number from 1 to 65535`)
}

function socketPath(path: string): string {
  if (/^\/[A-Za-z0-9._/@+-]+$/.test(path)) return path
  throw new Error(
    `"${path.slice(0, 100)}" is no path of a socket that can be forwarded; it is absolute, without blanks`,
  )
}

/** ssh expands `%`, `~` and `$` in it. */
function agentPath(path: string): string {
  if (/^\/[^"\\$\p{Cc}]+$/u.test(path)) return quoted(path.replaceAll('%', '%%'))
  throw new Error(`"${path.slice(0, 100)}" is no path of an agent's socket; it is absolute`)
}

const quoted = (path: string): string => (path.includes(' ') ? `"${path}"` : path)

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

/** What ssh is to run on the far side: the shell there reads it. Throws for a URI that is more than a plain one. */
export function helperCommand(uri: string): string {
  if (!/^[a-z]+:\/\/\/[A-Za-z0-9._/-]*$/.test(uri))
    throw new Error(`"${uri.slice(0, 100)}" is no URI to open on a host; write it as "qemu:///system"`)
  return `virt-ssh-helper '${uri}'`
}
