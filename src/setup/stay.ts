import { systemClock, type Clock } from '../base/clock.ts'
import { isFloeError } from '../base/errors.ts'
import { asCalled, calledFrom } from './as-called.ts'
import { down } from './down.ts'
import { lockCopy } from './lock-copy.ts'
import type { SetupOptions } from './options.ts'
import { runningOf, type Running } from './processes.ts'

/** Until Ctrl-C, or until the terminal goes: then what was started ends as with "floe down". Somebody else may end it
 *  before: then this ends too, and says so. */
export async function stayUntilEnded(options: SetupOptions): Promise<void> {
  const asked = new AbortController()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.once(name, () => asked.abort())
  const left = await endedByOthers(options.data, { clock: systemClock, signal: asked.signal })
  console.log()
  if (left !== undefined) {
    const sentence =
      'This Floe was ended from elsewhere, so there is nothing more to wait for. "floe up" starts it again.'
    console.log(asCalled(sentence, calledFrom(options.data)))
  }
  if (left !== 'nothing') await down(options)
}

const lookEveryMs = 1000

/** What is left of this copy once its Floe neither runs nor is started again; undefined when the signal came first. A
 *  moment without one proves nothing: another "up" may be starting it anew, and holds the copy's lock meanwhile. */
export async function endedByOthers(
  data: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<'nothing' | 'something' | undefined> {
  while (!signal.aborted) {
    if (isGone(runningOf(data)) && (await isGoneForGood(data))) {
      const { keepPostgres, postgres } = runningOf(data)
      return keepPostgres === undefined && postgres === undefined ? 'nothing' : 'something'
    }
    await clock.sleep(lookEveryMs, signal).catch(() => undefined)
  }
  return undefined
}

const isGone = ({ keepController, controller }: Running): boolean =>
  keepController === undefined && controller === undefined

/** Looks again while nobody else changes this copy. */
async function isGoneForGood(data: string): Promise<boolean> {
  try {
    await using _lock = await lockCopy(data)
    return isGone(runningOf(data))
  } catch (error) {
    if (isFloeError(error) && error.code === 'copy_busy') return false
    throw error
  }
}
