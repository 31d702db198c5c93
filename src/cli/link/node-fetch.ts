import type { IncomingMessage, RequestOptions } from 'node:http'

import type { FetchInit, FetchLike, ResponseLike } from '@floe/client'

export type Transport = {
  /** A Unix socket instead of the address's host. */
  readonly socketPath?: string
  /** PEM of the one authority (or certificate) to trust. */
  readonly ca?: string
}

// An import of node:http touches every one of its exports, and with them undici: 40 ms instead of 4. TLS is 18 more.
const http = process.getBuiltinModule('node:http')
const https = () => process.getBuiltinModule('node:https')

/** `fetch` over node:http, to one address: also through a Unix socket or with an authority of one's own, and without loading undici. */
export function nodeFetch(transport: Transport): { readonly fetch: FetchLike; close: () => void } {
  let agent: InstanceType<typeof http.Agent> | undefined
  const fetch: FetchLike = (url, init) => {
    const module = url.startsWith('https:') ? https() : http
    agent ??= new module.Agent({ keepAlive: true })
    const options = { ...requestOptions(transport, init), agent }
    return new Promise<ResponseLike>((resolve, reject) => {
      const request = module.request(url, options, (response) => resolve(responseOf(response)))
      request.on('error', reject)
      request.end(init.body)
    })
  }
  return { fetch, close: () => agent?.destroy() }
}

/** How to trust one authority, or one certificate that is no authority (its owner did not send the authority). */
export const trust = (ca: string | undefined) => (ca === undefined ? {} : { ca, allowPartialTrustChain: true })

const requestOptions = ({ socketPath, ca }: Transport, init: FetchInit): RequestOptions => ({
  method: init.method,
  headers: {
    ...init.headers,
    ...(init.body !== undefined && { 'content-length': String(Buffer.byteLength(init.body)) }),
  },
  signal: init.signal,
  ...(socketPath !== undefined && { socketPath }),
  ...trust(ca),
})

function responseOf(message: IncomingMessage): ResponseLike {
  const whole = async (): Promise<Buffer> => {
    const pieces: Buffer[] = []
    for await (const piece of message) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }
  return {
    status: message.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = message.headers[name.toLowerCase()]
        return Array.isArray(value) ? value.join(', ') : (value ?? null)
      },
    },
    text: async () => (await whole()).toString('utf8'),
    arrayBuffer: async () => new Uint8Array(await whole()).buffer,
    body: { getReader: () => readerOf(message) },
  }
}

function readerOf(message: IncomingMessage) {
  const pieces = message[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  return {
    read: async () => {
      const { done, value } = await pieces.next()
      return { done: done === true, value: done ? undefined : value }
    },
    cancel: async () => {
      message.destroy()
    },
  }
}
