import type { Socket } from 'node:net'

/** Waits for `event`, and destroys the socket where it does not come. Rejects with what `why` makes of the socket's
 *  error (undefined: the other side closed it), or with the signal's reason. */
export async function settled(
  socket: Socket,
  event: 'connect' | 'secureConnect' | 'readable',
  signal: AbortSignal,
  why: (error: NodeJS.ErrnoException | undefined) => Error,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const failed = (error: Error): void => reject(why(error))
  const closed = (): void => reject(why(undefined))
  const aborted = (): void => reject(signal.reason as Error)
  socket.once(event, resolve).once('error', failed).once('close', closed).once('end', closed)
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  try {
    await promise
  } catch (error) {
    socket.on('error', () => {}) // what follows a failed connect tells nothing more
    socket.destroy()
    throw error
  } finally {
    socket.off(event, resolve).off('error', failed).off('close', closed).off('end', closed)
    signal.removeEventListener('abort', aborted)
  }
}
