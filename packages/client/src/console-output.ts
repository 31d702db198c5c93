import type { SocketLike } from './connection.ts'
import { ApiProblem } from './problem.ts'

export type Output = {
  /** Settles with the first message: ready, or what was refused. */
  readonly ready: Promise<void>
  readonly iterable: AsyncIterable<Uint8Array>
  /** Somebody else reads the socket from now on. */
  giveAway(): void
}

/** What comes on a console's socket. The first message says ready or refused; everything after it is the guest's.
 *  Collected from the first byte on; whoever reads slowly holds the other end back where the socket can. */
export function outputOf(socket: SocketLike): Output {
  const waiting: Uint8Array[] = []
  let held = 0
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
      const bytes = bytesOf(data)
      waiting.push(bytes)
      held += bytes.length
      if (held > heldAtMost) socket.pause?.()
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
      held -= next?.length ?? 0
      if (held < heldAgain) socket.resume?.()
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

const heldAtMost = 1024 * 1024
const heldAgain = heldAtMost / 4

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
