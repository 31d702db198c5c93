import pg from 'pg'
import type { Logger } from 'pino'

import { systemClock } from '../base/clock.ts'
import { connectionOf, type Db } from '../db/open-db.ts'

const soleLock = 7011003

/** Being the one controller of a database: two would both act on the same hosts. Held by a connection of its own, so it
 *  is given back the moment this process dies. */
export interface Sole extends AsyncDisposable {
  readonly lost: boolean
  onLost(listener: () => void): void
}

/** Waits until no other controller uses the database. After a restart of PostgreSQL the lock is taken again; when
 *  somebody else has it then, this controller must end. */
export async function becomeSole(db: Db, o: { readonly log: Logger; readonly signal: AbortSignal }): Promise<Sole> {
  const listeners = new Set<() => void>()
  const ending = new AbortController()
  let lost = false
  let client = await taken(db, o)

  const hold = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await broken(client, ending.signal)
      if (ending.signal.aborted) return
      const next = await retake(db, ending.signal)
      if (next === 'other') {
        lost = true
        for (const listener of listeners) listener()
        return
      }
      if (next) client = next
    }
  }
  const holding = hold()
  return {
    get lost() {
      return lost
    },
    onLost: (listener) => void listeners.add(listener),
    async [Symbol.asyncDispose]() {
      ending.abort()
      await client.end().catch(() => {})
      await holding
    },
  }
}

async function taken(
  db: Db,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<pg.Client> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted()
    const client = await tryLock(db)
    if (client) return client
    if (tries === 0) log.warn('Another controller uses this database. Waiting until it ends.')
    await systemClock.sleep(250, signal)
  }
}

async function retake(db: Db, signal: AbortSignal): Promise<pg.Client | 'other' | undefined> {
  while (!signal.aborted) {
    try {
      return (await tryLock(db)) ?? 'other'
    } catch {
      await systemClock.sleep(250, signal).catch(() => {}) // the database is away: nobody can have taken it either
    }
  }
  return undefined
}

async function tryLock(db: Db): Promise<pg.Client | undefined> {
  const client = new pg.Client({ ...connectionOf(db.place), statement_timeout: 10_000 })
  client.on('error', () => {}) // told by `end`
  await client.connect()
  const answer = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [soleLock])
  if (answer.rows[0]?.got === true) return client
  await client.end()
  return undefined
}

async function broken(client: pg.Client, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  client.once('end', resolve)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  client.off('end', resolve)
}
