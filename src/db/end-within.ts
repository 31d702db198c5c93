import type { Client } from 'pg'

import type { Milliseconds } from '../base/units.ts'

/** Closes a connection; a server that is gone answers no goodbye, so after `ms` the line is cut. */
export async function endWithin(client: Client, ms: Milliseconds): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), ms)
  await client.end().catch(() => {})
  clearTimeout(timer)
}
