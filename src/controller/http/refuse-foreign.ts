import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'

import { apiError } from '../../api/index.ts'
import { foreignPart, type Entrance } from './origin.ts'

/** Throws `foreign_origin` for a request that another site's page may have made. `page`: what is asked for is a page,
 *  to which a link from elsewhere may lead. */
export function refuseForeign(
  request: IncomingMessage,
  entrance: Entrance,
  { addresses, page }: { readonly addresses: readonly string[]; readonly page: boolean },
): void {
  const { headers, method } = request
  const claimed = {
    host: headers.host,
    origin: text(headers.origin),
    site: text(headers['sec-fetch-site']),
    dest: text(headers['sec-fetch-dest']),
    localAddress: request.socket.localAddress ?? '',
    upgrade: headers.upgrade !== undefined,
    page: page && (method === 'GET' || method === 'HEAD'),
  }
  const origin = foreignPart(claimed, entrance, addresses)
  if (origin === undefined) return
  throw apiError('foreign_origin', {
    origin: origin.slice(0, 200) || 'a client that sent an empty Origin',
    address: addressOf(entrance, addresses),
  })
}

const text = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

/** What a refused page is told to open instead. */
function addressOf(entrance: Entrance, names: readonly string[]): string {
  if (entrance.via === 'unix') return 'the address that "floe up" told'
  const { secure, host, port } = entrance
  const everywhere = host === '0.0.0.0' || host === '::'
  const named = everywhere ? (names[0] ?? `${hostname()}:${port}`) : `${host}:${port}`
  return `${secure ? 'https' : 'http'}://${named}`
}
