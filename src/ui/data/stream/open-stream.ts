import { createClient, type FetchLike } from '@floe/client'

import { type HubOptions, type OpenStream, StreamHub } from './hub.ts'
import type { StreamNews } from './messages.ts'

/** Heartbeats come every 2 s, so the connection is dead after five missed ones. */
const heartbeatMs = 10_000

/** Passes a response on and tells of each piece of it: heartbeats are comments, which the client swallows. */
const tapped =
  (onBytes: () => void): FetchLike =>
  async (url, init) => {
    const response = await fetch(url, init)
    if (response.body === null) return response
    const tap = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, out) {
        onBytes()
        out.enqueue(piece)
      },
    })
    return new Response(response.body.pipeThrough(tap), response)
  }

const open: OpenStream = async function* ({ since, signal, onBytes }): AsyncGenerator<StreamNews> {
  const client = createClient({ baseUrl: location.origin, fetch: tapped(onBytes) })
  for await (const message of client.changes({ since, signal, heartbeatMs, backoffMs: [500, 5000] })) {
    if (message.type === 'change') yield { type: 'change', change: message }
    else yield message
  }
}

const sleep: HubOptions['sleep'] = (ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })

/** The hub of this browser. */
export const browserHub = (): StreamHub => new StreamHub({ open, sleep, now: () => Date.now() })
