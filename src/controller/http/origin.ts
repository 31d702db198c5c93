import { isIP } from 'node:net'

/** Where a request came in. */
export type Entrance =
  | { readonly via: 'unix' }
  | {
      readonly via: 'tcp'
      readonly secure: boolean
      readonly host: string
      readonly port: number
      /** The certificate was given, and with it the word that its names are served by HTTPS alone. */
      readonly httpsOnly?: boolean
      /** Over TLS: the certificate is for this name or address. */
      readonly certified?: (name: string) => boolean
    }

export type Claimed = {
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Sec-Fetch-Site and -Dest; only browsers send them and no page can set them. `document`: a tab of its own. */
  readonly site: string | undefined
  readonly dest: string | undefined
  /** Address of this machine that the connection reached. */
  readonly localAddress: string
  /** A WebSocket or any other upgrade: browsers ask for it without a preflight, so the Origin must be there. */
  readonly upgrade: boolean
  /** GET of a page: a link from elsewhere may lead to it. */
  readonly page: boolean
}

/** What is foreign about a request (`http://evil.example`), or nothing. Every request passes here, on loopback too: a
 *  web page whose name resolves to 127.0.0.1 sends its own name as Host, and that is how it is known. */
export function foreignPart(claimed: Claimed, entrance: Entrance, names: readonly string[]): string | undefined {
  // Whoever can open the socket is the administrator, so nothing that relays for a browser may speak through it.
  if (entrance.via === 'unix') {
    if (claimed.origin !== undefined || claimed.site !== undefined) return claimed.origin ?? 'a browser'
    return /^[a-z][a-z0-9-]*$/.test(claimed.host ?? 'localhost') ? undefined : claimed.host
  }
  const host = parseHost(claimed.host, entrance.secure)
  if (host === undefined) return claimed.host || 'a client that sent no Host'
  if (!isOwn(host, entrance, claimed.localAddress, names)) return claimed.host
  const own = `${entrance.secure ? 'https' : 'http'}://${claimed.host!.toLowerCase()}`
  if (claimed.origin !== undefined && !sameOrigin(claimed.origin, own)) return claimed.origin
  if (claimed.upgrade && claimed.origin === undefined) return 'a client that sent no Origin'
  const crossed = claimed.site === 'cross-site' || claimed.site === 'same-site'
  if (crossed && !(claimed.page && claimed.dest === 'document')) return `a page of another site (${claimed.site})`
  return undefined
}

type Host = { readonly name: string; readonly port: number }

function parseHost(text: string | undefined, secure: boolean): Host | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text?.toLowerCase() ?? '')
  if (match === null) return undefined
  const name = match[1]!.replace(/^\[(.*)\]$/, '$1')
  return { name, port: match[2] === undefined ? (secure ? 443 : 80) : Number(match[2]) }
}

/** Loopback's names at any port (`ssh -L 8080:127.0.0.1:7070` changes it; these names cannot be rebound and the Origin
 *  must still be the Host's), the address the connection reached, the listening name, the certificate's names, and the
 *  configured ones. */
function isOwn(
  host: Host,
  entrance: Entrance & { via: 'tcp' },
  localAddress: string,
  names: readonly string[],
): boolean {
  if (host.name === 'localhost' || host.name === '127.0.0.1' || host.name === '::1') return true
  if (isIP(host.name) && host.name === localAddress.replace(/^::ffff:/, '')) return host.port === entrance.port
  if (host.name === entrance.host.toLowerCase() && host.port === entrance.port) return true
  // Whoever gave the certificate said which names are Floe's; a page on another name would not get past TLS.
  if (entrance.certified?.(host.name)) return true
  return names.some((name) => {
    const named = parseHost(name, entrance.secure)
    if (named?.name !== host.name) return false
    return /:\d+$/.test(name) && !/^[0-9a-f:]+$/.test(name) ? named.port === host.port : true
  })
}

/** Without a port `http://h` and `http://h:80` are one origin. */
function sameOrigin(origin: string, own: string): boolean {
  if (origin === own) return true
  return (
    URL.canParse(origin) && URL.canParse(own) && origin !== 'null' && new URL(origin).origin === new URL(own).origin
  )
}
