import pg from 'pg'

import { systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import { endWithin } from '../db/end-within.ts'
import { connectionOf, type Db } from '../db/open-db.ts'

const soleLock = 7011003

/** The server's process that serves a connection. Source: PostgreSQL, pg_stat_activity. */
type Backend = { readonly pid: number; readonly began: string }

/** The lock of the one controller, held by a connection of its own. */
export type SoleLock = {
  readonly backend: Backend
  /** Resolves when the connection is gone, or has not answered for `deadlineMs`; at once when the signal aborts. */
  broken(everyMs: Milliseconds, signal: AbortSignal): Promise<void>
  end(): Promise<void>
}

export type TryOptions = {
  readonly deadlineMs: Milliseconds
  /** Our own former connection: the server may not have noticed that it is gone, and would keep the lock for it. */
  readonly former?: Backend | undefined
}

/** Takes the lock, or nothing when somebody else has it. Errors of the connection go up and leave none open. */
export async function tryLock(db: Pick<Db, 'place'>, o: TryOptions): Promise<SoleLock | undefined> {
  const deadlines = { connectionTimeoutMillis: o.deadlineMs, query_timeout: o.deadlineMs }
  const client = new pg.Client({ ...connectionOf(db.place), ...deadlines })
  client.on('error', () => {}) // told by `end`
  try {
    await client.connect()
    // The same for the server's side: it gives the lock of a controller that the network lost to another.
    await client.query('set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3')
    if (o.former) await endBackend(client, o.former)
    const answer = await client.query<Backend & { got: boolean }>(
      `select pg_try_advisory_lock($1) as got, pid, backend_start::text as began
       from pg_stat_activity where pid = pg_backend_pid()`,
      [soleLock],
    )
    const { got, pid, began } = answer.rows[0]!
    if (got) return held(client, { pid, began }, o.deadlineMs)
  } catch (error) {
    await endWithin(client, 1000)
    throw error
  }
  await endWithin(client, 1000)
  return undefined
}

// Its own user may end it. Waits up to 5 s until it has given its lock back.
const endBackend = (client: pg.Client, { pid, began }: Backend): Promise<unknown> =>
  client.query(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
     where pid = $1 and backend_start::text = $2 and usename = current_user`,
    [pid, began],
  )

const held = (client: pg.Client, backend: Backend, deadlineMs: Milliseconds): SoleLock => ({
  backend,
  async broken(everyMs, signal) {
    const over = new AbortController()
    const done = (): void => over.abort()
    client.once('end', done)
    signal.addEventListener('abort', done, { once: true })
    if (signal.aborted) done()
    try {
      // A network that goes away says nothing: only a question without an answer tells.
      while (!over.signal.aborted) {
        await client.query('select 1')
        await systemClock.sleep(everyMs, over.signal)
      }
    } catch {
      if (!over.signal.aborted) client.connection.stream.destroy()
    } finally {
      signal.removeEventListener('abort', done)
      client.off('end', done)
    }
  },
  end: () => endWithin(client, Math.min(deadlineMs, 1000)),
})
