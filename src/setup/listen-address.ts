import { isIP } from 'node:net'

import { setupError } from './errors.ts'

export type ListenAddress = { readonly host: string; readonly port: number }

/** `ADDR:PORT`, `[ADDR]:PORT` or `PORT`. Errors: `listen_wrong`. */
export function parseListen(text: string): ListenAddress {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2] ?? '127.0.0.1'
  const port = Number(match?.[3])
  if (match === null || port < 1 || port > 65_535) throw setupError('listen_wrong', { text })
  if (isIP(host) === 0 && host !== 'localhost') throw setupError('listen_wrong', { text })
  return { host: host === 'localhost' ? '127.0.0.1' : host, port }
}

export const formatListen = ({ host, port }: ListenAddress): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`

/** Only these are served in plain HTTP. */
export const isLoopback = ({ host }: ListenAddress): boolean =>
  host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

export const isAnyAddress = ({ host }: ListenAddress): boolean => host === '0.0.0.0' || host === '::'

/** What a person types into the browser; a wildcard is shown as `name`. */
export const urlOf = (at: ListenAddress, name: string): string =>
  isLoopback(at)
    ? `http://${formatListen(at)}`
    : `https://${formatListen(isAnyAddress(at) ? { ...at, host: name } : at)}`
