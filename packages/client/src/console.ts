import { call } from './call.ts'
import { anySignal, type Connection, type SocketLike } from './connection.ts'
import { operations } from './operations.gen.ts'
import { ApiProblem, NotReachable } from './problem.ts'
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
  const close = () => socket.close()
  const either = anySignal(signal, deadline)
  either.addEventListener('abort', close, { once: true })
  const pieces = output(socket)
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }))
  })
  socket.addEventListener('open', () => socket.send(JSON.stringify({ ticket: ticket.ticket, vm, kind })))
  let said: string | undefined
  // A browser's error says nothing; that of `ws` has a message. What ends it is the `close` that follows.
  socket.addEventListener('error', (event) => (said = event?.message))
  const gone = closed.then(({ reason }): never => {
    signal.throwIfAborted()
    const why = deadline.aborted ? 'the console did not open in time' : reason || said || 'the console was closed'
    throw new NotReachable(connection.baseUrl || url, why)
  })
  try {
    await Promise.race([pieces.ready, gone])
  } catch (error) {
    socket.close()
    throw error
  }
  gone.catch(() => undefined)
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
    close,
    closed,
  }
}

function socketUrl(baseUrl: string, path: string): string {
  const base = baseUrl || (globalThis as { location?: { href: string } }).location?.href
  const url = new URL(path, base)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return url.href
}

/** The first message says ready or refused; everything after it is the guest's. Collected from the first byte on. */
function output(socket: SocketLike) {
  const waiting: Uint8Array[] = []
  let state: 'first' | 'reading' | 'given away' | 'ended' = 'first'
  let wake: (() => void) | undefined
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  socket.addEventListener('message', ({ data }) => {
    if (state === 'first') {
      state = 'reading'
      const refusal = refusalOf(data)
      if (refusal) reject(refusal)
      else resolve()
    } else if (state === 'reading') {
      waiting.push(bytesOf(data))
      wake?.()
    }
  })
  socket.addEventListener('close', () => {
    state = 'ended'
    wake?.()
  })
  async function* iterate(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const next = waiting.shift()
      if (next) yield next
      else if (state === 'ended') return
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const giveAway = () => {
    if (state === 'reading') state = 'given away'
  }
  return { ready, giveAway, iterable: { [Symbol.asyncIterator]: iterate } }
}

function refusalOf(data: unknown): ApiProblem | undefined {
  const told = typeof data === 'string' ? data : new TextDecoder().decode(bytesOf(data))
  try {
    const answer = JSON.parse(told) as { ready?: boolean; error?: { code: string; title: string } }
    if (answer.ready === true) return undefined
    const { code = 'console_refused', title = 'The console was refused.' } = answer.error ?? {}
    return new ApiProblem({ type: `/errors/${code}`, status: 403, code, title })
  } catch {
    return new ApiProblem({
      type: '/errors/not_floe',
      status: 502,
      code: 'not_floe',
      title: "What answered on the console's address is not Floe. Is a proxy in between?",
    })
  }
}

const bytesOf = (data: unknown): Uint8Array => {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return new Uint8Array(data as ArrayBuffer)
}
