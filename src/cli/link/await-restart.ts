import type { FetchLike } from '@floe/client'

import type { Clock } from '../../base/clock.ts'
import { isKept } from '../../setup/is-kept.ts'

/** A controller that was killed serves again within two or three seconds. */
const restartWithinMs = 10_000
const lookEveryMs = 200

export type Waiting = { readonly clock: Clock; readonly say: (line: string) => void }

/** `fetch` to the copy in `data` that waits while its Floe is being started again. What nobody has answered to was not
 *  begun, so any call may be made again. */
export function awaitRestart(fetch: FetchLike, data: string, { clock, say }: Waiting): FetchLike {
  let told = false
  return async (url, init) => {
    const end = clock.monotonic() + restartWithinMs
    for (;;) {
      try {
        return await fetch(url, init)
      } catch (error) {
        if (!isNobodyThere(error) || !isKept(data) || clock.monotonic() > end) throw error
      }
      if (!told) say('Floe is starting again; waiting for it.')
      told = true
      await clock.sleep(lookEveryMs, init.signal)
    }
  }
}

/** The socket's file is not there, or nobody listens on it. */
export const isNobodyThere = (error: unknown): boolean =>
  ['ENOENT', 'ECONNREFUSED', 'ENOTDIR'].includes(causeCode(error) ?? '')

/** The system's code for why a call did not get through. */
export function causeCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  return (error as NodeJS.ErrnoException).code ?? causeCode(error.cause)
}
