/** What `waited` gives, unless the signal fires first: then its reason is thrown, and `waited` goes on unheard. */
export async function orAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', stop)
  try {
    if (signal.aborted) stop()
    return await Promise.race([waited, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
