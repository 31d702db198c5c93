import { once } from 'node:events'
import type { Duplex } from 'node:stream'

import type { RawData, WebSocket } from 'ws'

/** One side of a handshake: exact reads, plain writes. */
export type Peer = {
  /** The next `count` bytes; what follows stays. Rejects when the peer ends before, and when aborted. */
  read(count: number, signal: AbortSignal): Promise<Buffer>
  write(bytes: Buffer): void
}

/** A paused stream as a peer. */
export const streamPeer = (stream: Duplex): Peer => ({
  write: (bytes) => void stream.write(bytes),
  read: async (count, signal) => {
    for (;;) {
      signal.throwIfAborted()
      const chunk = stream.read(count) as Buffer | null
      if (chunk?.length === count) return chunk
      if (chunk !== null || stream.readableEnded || stream.destroyed) throw endedEarly(stream.errored)
      await firstOf(stream, ['readable', 'end', 'close', 'error'], signal)
    }
  },
})

const endedEarly = (cause?: Error | null): Error =>
  new Error('the connection ended in the middle of the greeting', cause ? { cause } : {})

async function firstOf(stream: Duplex, events: readonly string[], signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const go = (): void => resolve()
  for (const event of events) stream.on(event, go)
  signal.addEventListener('abort', go)
  await promise
  for (const event of events) stream.off(event, go)
  signal.removeEventListener('abort', go)
}

const greetingAtMost = 64 * 1024

/** A page as a peer, whatever frames it cuts its bytes into. `rest` hands over to what comes after the greeting. */
export function pagePeer(page: WebSocket): Peer & { rest(): Buffer } {
  let held = Buffer.alloc(0)
  const take = (data: RawData): void => {
    held = Buffer.concat([held, toBuffer(data)])
    if (held.length > greetingAtMost) page.terminate()
  }
  page.on('message', take)
  const cut = (count: number): Buffer => {
    const bytes = held.subarray(0, count)
    held = held.subarray(count)
    return bytes
  }
  return {
    write: (bytes) => page.send(bytes),
    read: async (count, signal) => {
      while (held.length < count) {
        if (page.readyState !== page.OPEN) throw endedEarly()
        await Promise.race([once(page, 'message', { signal }), once(page, 'close', { signal })])
      }
      return cut(count)
    },
    rest: () => {
      page.off('message', take)
      return cut(held.length)
    },
  }
}

export function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
