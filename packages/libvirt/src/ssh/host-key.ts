import { createHash } from 'node:crypto'

/** A public key that a host shows, or an authority's that signs such keys. */
export type HostKey = {
  /** `ssh-ed25519`. */
  readonly type: string
  /** `SHA256:…` as OpenSSH prints it. */
  readonly fingerprint: string
  /** Signs keys of hosts, and is none itself. */
  readonly authority: boolean
  /** What a target's `hostKeys` holds: `[@cert-authority ]type base64`. */
  readonly line: string
}

/** Reads a line of a target's `hostKeys`; a comment at its end is dropped. Throws a sentence for anything else, so that
 *  nothing can be smuggled into a file of known hosts. */
export function parseHostKey(text: string): HostKey {
  const match = /^(@cert-authority )?([a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,3})(?: [^\r\n]*)?$/.exec(text.trim())
  const blob = Buffer.from(match?.[3] ?? '', 'base64')
  // The blob begins with its own type: SSH's string, length first (RFC 4253, 6.6).
  const length = blob.length >= 4 ? blob.readUInt32BE(0) : 0
  if (match === null || blob.subarray(4, 4 + length).toString('latin1') !== match[2])
    throw new Error(`"${text.slice(0, 60)}" is no public key of a host; write it as "ssh-ed25519 AAAA…"`)
  const [, authority = '', type = '', base64] = match
  return {
    type,
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
    authority: authority !== '',
    line: `${authority}${type} ${base64}`,
  }
}
