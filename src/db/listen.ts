import { Client } from 'pg'

import { systemClock, type Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { endWithin } from './end-within.ts'
import { connectionOf, type Db } from './open-db.ts'

/** `connected`: listening from now on; whatever was announced before is missed, so read everything once. */
export type Notice = { readonly type: 'connected' } | { readonly type: 'notified'; readonly payload: string }

export type ListenOptions = {
  readonly clock?: Clock
  /** The connection is tried so often, for a server that went away without a word; default 30 s. */
  readonly heartbeatMs?: Milliseconds
  /** The connection broke; it is made again with back-off. */
  readonly onLost?: (error: unknown) => void
}

/** Yields the notices of one channel on a connection of its own, made again when it breaks, until `signal` aborts.
 *  A payload that waits to be read is not queued twice. */
export async function* listen(
  db: Pick<Db, 'place'>,
  channel: string,
  signal: AbortSignal,
  options: ListenOptions = {},
): AsyncGenerator<Notice, void, undefined> {
  const clock = options.clock ?? systemClock
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      for await (const notice of listenOnce(db, channel, signal, options)) {
        failures = 0
        yield notice
      }
    } catch (error) {
      if (!signal.aborted) options.onLost?.(error)
    }
    const backOffMs = Math.min(100 * 2 ** failures, 5000) * (0.5 + Math.random() / 2)
    await clock.sleep(backOffMs, signal).catch(() => {})
  }
}

async function* listenOnce(
  db: Pick<Db, 'place'>,
  channel: string,
  signal: AbortSignal,
  options: ListenOptions,
): AsyncGenerator<Notice, void, undefined> {
  const client = new Client({ ...connectionOf(db.place), query_timeout: 10_000 })
  const waiting = new Set<string>()
  let wake = Promise.withResolvers<void>()
  let lost: unknown
  const abort = (): void => wake.resolve()
  const fail = (error: unknown): void => {
    lost ??= error
    wake.resolve()
  }
  client.on('notification', ({ payload }) => {
    waiting.add(payload ?? '')
    wake.resolve()
  })
  client.on('error', fail)
  client.on('end', () => fail(new Error('PostgreSQL closed the connection that listens.')))
  signal.addEventListener('abort', abort)
  let heartbeat: NodeJS.Timeout | undefined
  try {
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    heartbeat = setInterval(() => void client.query('select 1').catch(fail), options.heartbeatMs ?? 30_000)
    yield { type: 'connected' }
    while (!signal.aborted) {
      const payloads = [...waiting]
      waiting.clear()
      for (const payload of payloads) yield { type: 'notified', payload }
      if (lost !== undefined) throw lost
      if (waiting.size === 0 && !signal.aborted) await wake.promise
      wake = Promise.withResolvers<void>()
    }
  } finally {
    clearInterval(heartbeat)
    signal.removeEventListener('abort', abort)
    await endWithin(client, 1000)
  }
}
