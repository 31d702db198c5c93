import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'

export type DeadlineOptions = {
  readonly clock: Clock
  readonly deadlineMs: Milliseconds
  /** How long work may go on after its signal was aborted before it is left alone. */
  readonly graceMs: Milliseconds
  /** What is thrown when the deadline ends the work. */
  readonly late: () => Error
  /** Called when work goes on beyond the grace time and is left alone. */
  readonly left?: () => void
  /** Aborts the work too; its reason is thrown. */
  readonly signal: AbortSignal
}

/** Runs `work` with a signal that is aborted by the deadline or by `signal`. Work that ends well although it was told
 *  to stop has had its effect, so its result counts; work that fails then fails with the reason of the stop. */
export async function withinDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  const { clock, deadlineMs, graceMs, late, left } = options
  const stop = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([stop.signal, options.signal])
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<void>()
  const onAbort = (): void => aborted.resolve()
  signal.addEventListener('abort', onAbort)
  const tooLong = async (): Promise<never> => {
    void clock.sleep(deadlineMs, over.signal).then(
      () => stop.abort(late()),
      () => {},
    )
    await aborted.promise
    await clock.sleep(graceMs, over.signal)
    left?.()
    throw signal.reason
  }
  const running = (async () => work(signal))()
  running.catch(() => {})
  const watch = tooLong()
  watch.catch(() => {})
  try {
    return await Promise.race([running, watch])
  } catch (error) {
    if (!signal.aborted || error === signal.reason) throw error
    const reason: unknown = signal.reason
    if (reason instanceof Error && reason.cause === undefined) reason.cause = error
    throw reason
  } finally {
    over.abort()
    // A combined signal with a listener lives as long as the signals it combines.
    signal.removeEventListener('abort', onAbort)
  }
}
