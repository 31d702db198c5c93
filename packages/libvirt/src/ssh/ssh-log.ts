/** What OpenSSH's client says while it connects, read from its standard error at LogLevel DEBUG1 in the C locale. Words
 *  tried with 9.2 and 10.0. */
export type SshProgress = {
  /** How many hosts on the way have let us in; while it grows, the lines are about the next one. */
  readonly loggedIn: number
  /** The key, or the certificate, that the present host showed. */
  readonly shown?: { readonly type: string; readonly fingerprint: string }
  readonly hostKeyRefused?: boolean
  /** Why a host's certificate is not believed. */
  readonly hostCertificateRefused?: string
  /** Ways to log in that the present host leaves open. */
  readonly methods?: readonly string[]
  /** The host let us in and all that was asked for is set up. */
  readonly forwarding?: boolean
  /** Why the key does not serve; "locked" as well when the host accepts it and nothing was signed with it. */
  readonly keyUnusable?: string
  /** The far side did not open what was asked of it. */
  readonly openFailed?: string
  readonly software?: string
  /** The last line that was meant for a person. */
  readonly said?: string
}

/** One more line. Pure. */
export function readLine(before: SshProgress, text: string): SshProgress {
  const line = text.trimEnd()
  const is = (pattern: RegExp): RegExpExecArray | null => pattern.exec(line)
  let match = is(/^debug1: Server host key: (\S+) (SHA256:\S+)/)
  if (match) return { ...before, shown: { type: match[1]!, fingerprint: match[2]! } }
  match = is(/^debug1: Server host certificate: (\S+) (SHA256:[^,\s]+)/)
  if (match) return { ...before, shown: { type: match[1]!, fingerprint: match[2]! } }
  if (is(/^(?:debug1: )?Authenticated to /))
    return { loggedIn: before.loggedIn + 1, ...(before.software && { software: before.software }) }
  match = is(/^debug1: Remote protocol version .*, remote software version (.*)$/)
  if (match) return { ...before, software: match[1]! }
  match = is(/^debug1: Authentications that can continue: (.*)$/) ?? is(/: Permission denied \((.*)\)\.$/)
  if (match) return { ...before, methods: match[1]!.split(','), said: line }
  if (is(/^debug1: (?:Local forwarding listening on path|channel_setup_fwd_listener_streamlocal)/))
    return { ...before, forwarding: true }
  match = is(/open failed: (.*)$/)
  if (match) return { ...before, openFailed: match[1]!, said: line }
  if (is(/^debug1: Server accepts key: /)) return { ...before, keyUnusable: 'it is locked by a passphrase' }
  if (is(/ with partial success\.$/)) return without(before, 'keyUnusable')
  match = is(/^(?:debug1: )?Load key ".*": (.*)$/)
  if (match) return { ...before, keyUnusable: match[1]! }
  match = is(/^Certificate invalid: (.*)$/) ?? is(/^(Certificate .* not (?:yet )?valid.*)$/)
  if (match) return { ...before, hostCertificateRefused: match[1]! }
  if (is(/^Host key verification failed/)) return { ...before, hostKeyRefused: true, said: line }
  if (line === '' || is(/^(?:debug\d: |OpenSSH_|@@@|Warning: Permanently added|Transferred: sent|Bytes per second: )/))
    return before
  return { ...before, said: line.slice(0, 500) }
}

function without<T extends object, K extends keyof T>(from: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = from
  return rest
}
