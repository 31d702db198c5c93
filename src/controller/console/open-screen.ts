import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

import { apiError } from '../../api/index.ts'
import { isFloeError, messageOf } from '../../base/errors.ts'
import type { VmId } from '../../base/ids.ts'
import type { ConsoleHosts, Graphics } from './console-hosts.ts'
import { streamPeer } from './peer.ts'
import { greetServer } from './rfb.ts'
import { createTurns } from './turns.ts'

/** The ways into the screens of VMs. */
export type Screens = {
  /** A connection to the VM's VNC server that is past its login. Throws `host_refused` with the server's reason,
   *  also when viewers before this one took all the time there is, and what `graphicsOf` throws. */
  open(vm: { readonly id: VmId; readonly name: string }, signal: AbortSignal): Promise<Socket>
}

/** How long a viewer waits for those before it, and then for the host and its VNC server. */
export type ScreenTimes = { readonly waitMs: number; readonly openMs: number }

/** A VNC server has one password at a time, and the next viewer's replaces it: so each is past its login before the
 *  next one's is set. */
export function createScreens(
  hosts: Pick<ConsoleHosts, 'graphicsOf'>,
  { waitMs, openMs }: ScreenTimes = { waitMs: 10_000, openMs: 5000 },
): Screens {
  const turns = createTurns<VmId>()
  return {
    open: async ({ id, name }, signal) => {
      const waiting = AbortSignal.timeout(waitMs)
      let begun = false
      try {
        return await turns.take(id, AbortSignal.any([signal, waiting]), async () => {
          begun = true
          const either = AbortSignal.any([signal, AbortSignal.timeout(openMs)])
          return openScreen(await hosts.graphicsOf(id, either), name, either)
        })
      } catch (error) {
        if (begun || signal.aborted) throw error
        const why = `those who opened it before were not let in within ${waitMs / 1000} s; try again`
        throw apiError('host_refused', { host: `The screen of ${name}`, why }, error)
      }
    },
  }
}

/** One connection past its login. Throws `host_refused`. */
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
