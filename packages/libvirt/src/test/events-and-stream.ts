import { buffer } from 'node:stream/consumers'

import type { Connection } from '../contract.ts'
import { until } from './leaks.ts'

/** Suspends and resumes the test driver's domain until both events have come, then answers the bytes of its screenshot,
 *  which come as a stream. */
export async function eventsAndStream(connection: Connection): Promise<Buffer> {
  const { dom } = await connection.call.domainLookupByName({ name: 'test' })
  const stop = new AbortController()
  const kinds: string[] = []
  const listening = (async () => {
    for await (const item of connection.events(['lifecycle'], { signal: stop.signal })) kinds.push(item.kind)
  })()
  await until(() => kinds.length === 1)
  await connection.call.domainSuspend({ dom })
  await connection.call.domainResume({ dom })
  await until(() => kinds.length === 3)
  stop.abort()
  await listening
  const { stream } = await connection.screenshot(dom)
  return buffer(stream)
}
