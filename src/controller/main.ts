import { parseArgs } from 'node:util'

import { messageOf } from '../base/errors.ts'
import { createLog } from './http/log.ts'
import { runController } from './run-controller.ts'

/** `floe controller --data DIR`: serves until SIGTERM, then finishes what is under way and ends with 0. */
export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { data: { type: 'string' } } })
  const log = createLog()
  if (values.data === undefined) {
    console.error(
      'The controller needs --data DIR, the folder of one copy of Floe. "floe up" starts it with everything around it.',
    )
    process.exitCode = 2
    return
  }
  const stopped = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopped.abort(new Error(name)))
  process.on('SIGHUP', () => {}) // the terminal it was started from may go
  try {
    await runController({ data: values.data, log, signal: stopped.signal })
  } catch (error) {
    log.fatal({ err: error }, messageOf(error))
    process.exitCode = 1
  }
  // Whatever still hangs on a socket is not worth waiting for: everything durable has been given back.
  setTimeout(() => process.exit(), 2000).unref()
}
