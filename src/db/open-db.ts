import { userInfo } from 'node:os'

import { Kysely, PostgresDialect } from 'kysely'
import { Pool, TypeOverrides, types, type ClientConfig } from 'pg'

import type { Milliseconds } from '../base/units.ts'
import type { Tables } from './tables.ts'

/** Where PostgreSQL is: a URL, or the folder of a Unix socket, where the operating system's user is the database's. */
export type DbPlace =
  | { readonly url: string }
  | { readonly socketDir: string; readonly database?: string; readonly user?: string }

export type DbOptions = {
  /** Connections at most; default 10. */
  readonly max?: number
  /** The server ends a statement after this; default 30 s. */
  readonly statementMs?: Milliseconds
  /** A connection broke; the pool replaces it by itself. Default: nothing. */
  readonly onLost?: (error: Error) => void
}

export type Db = {
  readonly kysely: Kysely<Tables>
  readonly pool: Pool
  readonly place: DbPlace
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a pool of connections; connects at the first query. 64-bit integers are read as numbers and refused
 *  beyond 2^53. Errors of the connection come out of the queries. */
export function openDb(place: DbPlace, options: DbOptions = {}): Db {
  const pool = new Pool({ ...connectionOf(place, options.statementMs), max: options.max ?? 10 })
  // A connection in use has no listener of the pool's: without this one a killed PostgreSQL would end the program.
  pool.on('connect', (client) => client.on('error', (error) => options.onLost?.(error)))
  pool.on('error', () => {}) // told by the connection itself
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  // Not kysely.destroy(): it leaves the pool open when kysely was never used.
  const dispose = async (): Promise<void> => (pool.ending ? undefined : pool.end())
  return { kysely, pool, place, [Symbol.asyncDispose]: dispose }
}

/** Settings of one connection, for the pool and for LISTEN. */
export function connectionOf(place: DbPlace, statementMs: Milliseconds = 30_000): ClientConfig {
  const where =
    'url' in place
      ? { connectionString: place.url }
      : { host: place.socketDir, database: place.database ?? 'floe', user: place.user ?? userInfo().username }
  return {
    ...where,
    application_name: 'floe',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000, // else the kernel's two hours
    statement_timeout: statementMs,
    // A controller that is stopped in the middle of a transaction must not hold the lock of the change table.
    idle_in_transaction_session_timeout: 10_000,
    types: parsers,
  }
}

function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`PostgreSQL sent ${text}, which is beyond 2^53.`)
  return value
}

const parsers = new TypeOverrides()
parsers.setTypeParser(types.builtins.INT8, safeInteger)
