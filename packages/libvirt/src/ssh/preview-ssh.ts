import { ConnectionLost, DeadlineExceeded } from '../errors.ts'
import { describeHop, type SshHop } from '../target.ts'
import { parseHostKey, type HostKey } from './host-key.ts'
import { PrivateFiles } from './private-files.ts'
import { runSsh } from './run-ssh.ts'

export type SshPreview = {
  /** What the host shows now; `line` is what a target's `hostKeys` takes, once a person has compared the fingerprint. */
  readonly hostKey: HostKey
  /** What it says it is: `OpenSSH_9.2p1 Debian-2+deb12u6`. */
  readonly software: string | undefined
  /** Ways to log in that it offers this user: Floe needs `publickey`. */
  readonly methods: readonly string[]
}

/** Fetches the key that a host shows, without trusting it, without logging in and without telling it any key of ours.
 *  Jumps are verified and logged in to as ever. Rejects with ConnectionLost, NotTrusted (a jump), DeadlineExceeded or
 *  the signal's reason.
 *
 *  ```ts
 *  const { hostKey } = await previewSsh({ host: 'host-2', user: 'root' })
 *  console.log(hostKey.type, hostKey.fingerprint)
 *  ```
 */
export async function previewSsh(
  hop: Pick<SshHop, 'host' | 'port' | 'user'> & { readonly jumps?: readonly SshHop[] },
  options: { readonly deadlineMs?: number; readonly signal?: AbortSignal } = {},
): Promise<SshPreview> {
  const { deadlineMs = 10_000 } = options
  const where = describeHop(hop)
  using files = new PrivateFiles()
  const known = files.add('')
  const late = AbortSignal.timeout(deadlineMs)
  const via = { ...hop, hostKeys: [] }
  const run = runSsh(via, { is: 'look', knownHosts: known }, { uri: '', deadlineMs, files })
  try {
    const all = (hop.jumps?.length ?? 0) + 1
    const seen = ({ loggedIn, methods }: { loggedIn: number; methods?: readonly string[] }): boolean =>
      loggedIn === all - 1 && methods !== undefined
    await run.until(seen, options.signal ? AbortSignal.any([options.signal, late]) : late)
  } catch (error) {
    if (error !== late.reason) throw error
    const message = `${where} did not show its SSH key within ${deadlineMs} ms`
    throw new DeadlineExceeded(message, { procedure: 'previewSsh', deadlineMs, sent: true })
  }
  run.child.kill('SIGKILL')
  const [, ...words] = files.read(known).trim().split(' ')
  if (words.length < 2) throw new ConnectionLost(`${where} showed no SSH key that can be read`, { sent: false })
  const { software, methods = [] } = run.progress
  return { hostKey: parseHostKey(words.join(' ')), software, methods }
}
