import { call } from './call.ts'
import { anySignal, type Connection, type SocketLike } from './connection.ts'
import { outputOf } from './console-output.ts'
import { operations } from './operations.gen.ts'
import { NotReachable } from './problem.ts'
import type { ConsoleKind, Ticket } from './types.gen.ts'

export type ConsoleOptions = {
  /** Id, or name. */
  readonly vm: string
  readonly kind: ConsoleKind
  readonly signal?: AbortSignal | undefined
}

/** An open console: bytes both ways. */
export type Console = {
  /** The socket behind it, open and past its first message: for noVNC, which takes one that is already there.
   *  Whoever asks for it reads it, at once; `output` then has nothing more. */
  readonly socket: SocketLike
  /** What the guest sends, from its first byte, in pieces. Ends when the console is closed. One reader. */
  readonly output: AsyncIterable<Uint8Array>
  send(data: Uint8Array<ArrayBuffer> | string): void
  /** Bytes that were sent and have not left this machine: whoever sends much waits while there are many. */
  readonly unsent: number
  close(): void
  /** Resolves once with why it ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

/** Opens a console: takes a ticket, sends it as the first message, waits for the other end to be ready.
 *  Throws `ApiProblem` (also what the gateway refuses) or `NotReachable`. */
export async function openConsole(connection: Connection, options: ConsoleOptions): Promise<Console> {
  const { vm, kind } = options
  const deadline = AbortSignal.timeout(connection.timeoutMs)
  const signal = anySignal(connection.signal, options.signal)
  const ticket = (await call(connection, operations.consoleTicket, {
    params: { vm },
    body: { kind },
    signal,
  })) as Ticket
  signal.throwIfAborted()
  const url = socketUrl(connection.baseUrl, ticket.socket)
  const socket = connection.webSocket(url)
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => socket.send(JSON.stringify({ ticket: ticket.ticket, vm, kind })))
  // Held back, it would not see its own end.
  const close = () => {
    socket.resume?.()
    socket.close()
  }
  const pieces = outputOf(socket)
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
  })
  const either = anySignal(signal, deadline)
  either.addEventListener('abort', close, { once: true })
  try {
    await Promise.race([pieces.ready, refusedOrGone(socket, closed, connection.baseUrl || url, [signal, deadline])])
  } catch (error) {
    close()
    throw error
  }
  either.removeEventListener('abort', close)
  signal.addEventListener('abort', close, { once: true })
  void closed.then(() => signal.removeEventListener('abort', close))
  return {
    get socket() {
      pieces.giveAway()
      return socket
    },
    output: pieces.iterable,
    send: (data) => socket.send(typeof data === 'string' ? new TextEncoder().encode(data) : data),
    get unsent() {
      return socket.bufferedAmount
    },
    close,
    closed,
  }
}

/** Rejects when the socket ends: with why. */
function refusedOrGone(
  socket: SocketLike,
  closed: Console['closed'],
  place: string,
  [signal, deadline]: readonly [AbortSignal, AbortSignal],
): Promise<never> {
  let said: string | undefined
  // A browser's error says nothing; that of `ws` has a message. What ends it is the `close` that follows.
  socket.addEventListener('error', (event) => (said = event?.message))
  const gone = closed.then(({ reason }): never => {
    signal.throwIfAborted()
    const why = deadline.aborted ? 'the console did not open in time' : reason || said || 'the console was closed'
    throw new NotReachable(place, why)
  })
  gone.catch(() => undefined) // Mostly it ends long after it was opened.
  return gone
}

function socketUrl(baseUrl: string, path: string): string {
  const base = baseUrl || (globalThis as { location?: { href: string } }).location?.href
  const url = new URL(path, base)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}
