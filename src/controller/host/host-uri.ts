import { readFileSync } from 'node:fs'

import { localTarget, type Target } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { messageOf } from '../../base/errors.ts'

/** libvirt's own URIs, the ways that are there: `qemu:///system` on this machine, `…?socket=/path` for a daemon with a
 *  socket elsewhere, `qemu+tls://host[:port]/system?pkipath=/folder`. Throws `uri_refused`. */
export function parseHostUri(uri: string): { readonly target: Target; readonly local: boolean } {
  const refuse = (why: string): never => {
    throw apiError('uri_refused', { uri: uri.slice(0, 200), why })
  }
  const match = /^([a-z]+)(?:\+(unix|tls))?:\/\/([^/]*)(\/[^?#]*)(?:\?([^#]*))?$/.exec(uri)
  if (match === null) return refuse('it is not a libvirt URI')
  const [, driver, transport, authority, path] = match as unknown as [
    string,
    string,
    string | undefined,
    string,
    string,
  ]
  if (driver !== 'qemu' && driver !== 'test') return refuse(`"${driver}" is not a driver that Floe drives`)
  const options = new URLSearchParams(match[5] ?? '')
  const inner = `${driver}://${path}`
  if (authority === '') {
    const socket = options.get('socket')
    if (socket !== null && !socket.startsWith('/')) return refuse('the socket must be an absolute path')
    return { target: socket === null ? localTarget(inner) : { uri: inner, via: { unix: socket } }, local: true }
  }
  if (transport !== 'tls') return refuse('a host elsewhere is reached by qemu+tls://HOST/system')
  return { target: { uri: inner, via: { tls: tlsOf(authority, options.get('pkipath'), refuse) } }, local: false }
}

function tlsOf(
  authority: string,
  pkipath: string | null,
  refuse: (why: string) => never,
): { host: string; port?: number; ca: string; cert: string; key: string } {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(authority)
  if (match === null) return refuse('the host part is no host name')
  const host = match[1]!.replace(/^\[|\]$/g, '')
  const folder = pkipath ?? '/etc/pki/libvirt'
  const read = (name: string): string => {
    try {
      return readFileSync(`${folder}/${name}`, 'utf8')
    } catch (error) {
      return refuse(`${folder}/${name} cannot be read (${messageOf(error)})`)
    }
  }
  const pem = { ca: read('cacert.pem'), cert: read('clientcert.pem'), key: read('clientkey.pem') }
  return { host, ...(match[2] && { port: Number(match[2]) }), ...pem }
}
