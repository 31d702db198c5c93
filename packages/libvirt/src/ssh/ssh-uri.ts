import type { SshHop, Target } from '../target.ts'

/** Reads `qemu+ssh://[user@]host[:port]/system[?socket=/path]`; what is trusted and who logs in comes with it. Throws a
 *  sentence for anything else: libvirt's own options (`keyfile`, `no_verify`, `command`, `netcat`) have other places here.
 *
 *  ```ts
 *  const target = sshTarget('qemu+ssh://root@host-2/system', { hostKeys: [hostKey.line], key })
 *  ```
 */
export function sshTarget(
  uri: string,
  of: Omit<SshHop, 'host' | 'port' | 'user'> & { readonly jumps?: readonly SshHop[]; readonly userConfig?: boolean },
): Target {
  const refuse = (why: string): never => {
    throw new Error(`"${uri.slice(0, 200)}" cannot be used: ${why}. Write it as qemu+ssh://user@host:22/system`)
  }
  const match =
    /^([a-z]+)\+ssh:\/\/(?:([^@/?#]+)@)?(\[[^\]/]+\]|[^:@/?#]+)(?::(\d{1,5}))?(\/[^?#]*)(?:\?([^#]*))?$/.exec(uri)
  if (match === null) return refuse('it is not a libvirt URI over SSH')
  const [, driver, user, host = '', port, path, query] = match
  const options = new URLSearchParams(query ?? '')
  const socket = options.get('socket') ?? undefined
  for (const name of options.keys()) if (name !== 'socket') refuse(`the option ${name} is not known here`)
  const ssh = {
    ...of,
    host: host.replace(/^\[|\]$/g, ''),
    ...(user !== undefined && { user: decoded(user) ?? refuse('the user is wrongly written') }),
    ...(port !== undefined && { port: Number(port) }),
    ...(socket !== undefined && { socket }),
  }
  return { uri: `${driver}://${path}`, via: { ssh } }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
