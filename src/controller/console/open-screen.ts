import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

import { apiError } from '../../api/index.ts'
import { isFloeError, messageOf } from '../../base/errors.ts'
import type { Graphics } from './console-hosts.ts'
import { streamPeer } from './peer.ts'
import { greetServer } from './rfb.ts'

/** A connection to a VM's VNC server that is past its login. Throws `host_refused` with the server's reason. */
export async function openScreen(graphics: Graphics, vm: string, signal: AbortSignal): Promise<Socket> {
  const { host, port, password } = graphics
  const socket = connect({ host, port, noDelay: true })
  const abort = (): void => void socket.destroy()
  signal.addEventListener('abort', abort)
  // Kept for the socket's life: an error is told by its end too.
  socket.on('error', () => {})
  try {
    await once(socket, 'connect', { signal })
    await greetServer(streamPeer(socket), password, signal)
    return socket
  } catch (error) {
    socket.destroy()
    if (isFloeError(error)) throw error
    const why = signal.aborted ? 'its VNC server did not answer in time' : messageOf(socket.errored ?? error)
    throw apiError('host_refused', { host: `The screen of ${vm}`, why }, error)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
