import { messageOf } from '../base/errors.ts'
import type { Milliseconds } from '../base/units.ts'
import { renewCertificate } from './certificate.ts'
import { readConfig } from './config.ts'
import { parseListen } from './listen-address.ts'

const often: Milliseconds = 12 * 3_600_000

/** Looks twice a day whether Floe's own certificate needs to be made anew, for as long as it is held. The controller
 *  sees the new files by itself; a certificate that was given is its owner's matter. */
export function renewDaily(data: string, log: (line: string) => void, everyMs: Milliseconds = often): Disposable {
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const arm = (): void => {
    if (!ended) timer = setTimeout(() => void look(data, log).then(arm), everyMs).unref()
  }
  arm()
  return {
    [Symbol.dispose]: () => {
      ended = true
      clearTimeout(timer)
    },
  }
}

async function look(data: string, log: (line: string) => void): Promise<void> {
  try {
    const config = readConfig(data)
    if (config?.tls?.ca === undefined) return
    const { renewed } = await renewCertificate(data, parseListen(config.listen))
    if (renewed !== undefined) log(`the certificate was made anew: ${renewed}`)
  } catch (error) {
    log(`the certificate stays as it is: ${messageOf(error)}`)
  }
}
