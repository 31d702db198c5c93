import { existsSync } from 'node:fs'

/** A libvirt to talk to: what to open there (`qemu:///system`, `test:///default`), and the way to the daemon. */
export type Target = { readonly uri: string; readonly via: UnixVia | TlsVia | SshVia }
export type UnixVia = { readonly unix: string }
/** Mutual TLS; `ca`, `cert` and `key` are PEM texts, `servername` where it differs from `host`. Port 16514 unless given.
 *  Nothing but `ca` is trusted, whatever the machine's own authorities are. */
export type TlsVia = {
  readonly tls: {
    readonly host: string
    readonly port?: number
    readonly ca: string
    readonly cert: string
    readonly key: string
    readonly servername?: string
  }
}

/** By the machine's OpenSSH client on Linux; tried with 9.2 and 10.0, its options are all in 7.6. */
export type SshVia = {
  readonly ssh: SshHop & {
    /** Hosts to go through, the nearest first; each is verified and logged in to by its own keys. */
    readonly jumps?: readonly SshHop[]
    /** The daemon's socket there, which is then forwarded. Without it `virt-ssh-helper` finds it, or, where that is
     *  missing, the sockets of /run/libvirt are tried. */
    readonly socket?: string
    /** Reads this user's own configuration, known hosts and keys too, and their commands with them. Default false. */
    readonly userConfig?: boolean
  }
}

/** One host to log in to. Texts, not files: a key is never written under a name. */
export type SshHop = {
  readonly host: string
  /** Default 22. */
  readonly port?: number
  /** Default: this process's own user. */
  readonly user?: string
  /** The host's own public keys that are trusted, `ssh-ed25519 AAAA…`, or of authorities that sign host keys,
   *  `@cert-authority ssh-ed25519 AAAA…`. None is none: nobody is trusted on first use. */
  readonly hostKeys: readonly string[]
  /** The private key without a passphrase; with `agent`, the public key of the one the agent should use. */
  readonly key?: string
  /** The user certificate for the key, `ssh-ed25519-cert-v01@openssh.com AAAA…`. */
  readonly certificate?: string
  /** Path of an agent's socket. */
  readonly agent?: string
}

/** The local sockets of `qemu:///system`, in the order to try: the modular daemon first, then the monolithic one. */
export const localSockets = (runDir = '/run/libvirt'): readonly string[] => [
  `${runDir}/virtqemud-sock`,
  `${runDir}/libvirt-sock`,
]

/** The first local socket that exists, or the last candidate so that the error names a path. */
export function localTarget(uri = 'qemu:///system', runDir?: string): Target {
  const candidates = localSockets(runDir)
  return { uri, via: { unix: candidates.find((path) => existsSync(path)) ?? candidates.at(-1)! } }
}

/** The target in one phrase for messages: no key material. */
export function describeTarget({ uri, via }: Target): string {
  if ('unix' in via) return `${uri} at ${via.unix}`
  if ('tls' in via) return `${uri} at ${via.tls.host}:${via.tls.port ?? 16_514}`
  return `${uri} at ${describeHop(via.ssh)} over SSH`
}

/** `user@host:port`, without what is the default. */
export const describeHop = ({ user, host, port }: Pick<SshHop, 'user' | 'host' | 'port'>): string =>
  `${user === undefined ? '' : `${user}@`}${host}${port === undefined || port === 22 ? '' : `:${port}`}`
