import type { ServerResponse } from 'node:http'

import { eventText, type Message } from './messages.ts'

/** Bytes that may wait for a client that reads slowly; beyond it they are dropped for one `resync`. */
const waitingAtMost = 4 * 1024 * 1024
const atOnce = 64 * 1024
/** A client that takes nothing for so long is cut off. */
const stuckMs = 30_000

/** One open stream: a bounded queue in front of a response. */
export type Stream = {
  readonly scopes: readonly string[]
  /** The last revision that was queued, or passed over. */
  cursor: number
  /** True while it is fed from the database and not by the batches. */
  behind: boolean
  push(messages: readonly Message[]): void
  /** Instead of what was missed: load anew, go on after `revision`. */
  resync(why: string, revision: number): void
  /** As it is, unless something waits already. */
  beat(text: string): void
  /** Settles when little waits; at once when it has ended. */
  room(): Promise<void>
  end(): void
  readonly ended: boolean
}

export function openStream(
  response: ServerResponse,
  options: { readonly scopes: readonly string[]; readonly since: number; readonly revision: () => number },
): Stream {
  let queue: string[] = []
  let waiting = 0
  let blocked = false
  let overflown = false
  let ended = false
  let stuck: NodeJS.Timeout | undefined
  let roomy: (() => void)[] = []

  const tellRoom = (): void => {
    const told = roomy
    roomy = []
    for (const resolve of told) resolve()
  }
  const finish = (): void => {
    ended = true
    clearTimeout(stuck)
    queue = []
    tellRoom()
  }
  response.once('close', finish)
  response.on('error', finish)

  const write = (text: string): void => {
    blocked = !response.write(text)
    if (blocked) stuck ??= setTimeout(() => response.destroy(), stuckMs)
  }
  const goesOn = (): boolean => !blocked && !ended && (queue.length > 0 || overflown)
  const flush = (): void => {
    while (goesOn()) {
      if (queue.length === 0) {
        overflown = false
        add(eventText('resync', { why: 'The page read too slowly.', revision: options.revision() }, options.revision()))
        stream.cursor = Math.max(stream.cursor, options.revision())
      }
      let text = ''
      let taken = 0
      while (taken < queue.length && text.length < atOnce) text += queue[taken++]
      queue.splice(0, taken)
      waiting -= text.length
      write(text)
    }
    if (!blocked) tellRoom()
  }
  response.on('drain', () => {
    blocked = false
    clearTimeout(stuck)
    stuck = undefined
    flush()
  })
  const add = (text: string): void => {
    queue.push(text)
    waiting += text.length
  }

  const stream: Stream = {
    scopes: options.scopes,
    cursor: options.since,
    behind: false,
    push: (messages) => {
      for (const { revision, text } of messages) {
        if (ended || revision <= stream.cursor) continue
        stream.cursor = revision
        if (overflown) continue
        add(text)
      }
      if (waiting > waitingAtMost) {
        queue = []
        waiting = 0
        overflown = true
      }
      flush()
    },
    resync: (why, revision) => {
      stream.cursor = Math.max(stream.cursor, revision)
      if (!overflown) add(eventText('resync', { why, revision }, revision))
      flush()
    },
    beat: (text) => {
      if (!blocked && queue.length === 0 && !ended) write(text)
    },
    room: () => (blocked && !ended ? new Promise<void>((resolve) => roomy.push(resolve)) : Promise.resolve()),
    end: () => {
      if (!ended) response.end()
      finish()
    },
    get ended() {
      return ended
    },
  }
  return stream
}
