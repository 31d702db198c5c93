import { existsSync } from 'node:fs'

/** A libvirt to talk to: what to open there (`qemu:///system`, `test:///default`), and the way to the daemon. */
export type Target = { readonly uri: string; readonly via: UnixVia | TlsVia }
export type UnixVia = { readonly unix: string }
/** Mutual TLS; `ca`, `cert` and `key` are PEM texts, `servername` where it differs from `host`. Port 16514 unless given. */
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
export function describeTarget(target: Target): string {
  return 'unix' in target.via
    ? `${target.uri} at ${target.via.unix}`
    : `${target.uri} at ${target.via.tls.host}:${target.via.tls.port ?? 16_514}`
}
