import { setTimeout as wait } from 'node:timers/promises'

import type { Console } from '@floe/client'

import type { Io } from '../io.ts'

/** Ctrl-], as telnet and virsh have it. */
const wayOut = 0x1d

/** Bytes typed and not sent yet. */
const unsentAtMost = 1024 * 1024

/** How a session at a console ended: the keyboard left it, the input was at its end, or the other side ended it. */
export type Left = 'left' | 'input ended' | 'ended there'

/** Joins this terminal, or what is piped in, to a console. On a terminal until Ctrl-] is typed; of a pipe everything is
 *  typed into the guest, and `idleMs` after its end or after the last output, whichever is later, the console is left.
 *  The terminal is put back however it ends. */
export async function joinTerminal(io: Io, console: Console, idleMs: number): Promise<Left> {
  const { stdin, stdout } = io
  const raw = stdin.isTTY === true
  let how: Left = 'ended there'
  const leave = (why: Left): void => {
    how = why
    console.close()
  }
  const idle = idleTimer(idleMs, () => leave('input ended'))
  const onInput = (piece: Buffer | string): void => {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    const at = raw ? bytes.indexOf(wayOut) : -1
    const before = at === -1 ? bytes : bytes.subarray(0, at)
    if (before.length > 0) console.send(new Uint8Array(before))
    // The guest takes it slower than it is piped in.
    if (!raw && console.unsent > unsentAtMost) void holdBack(stdin, console)
    if (at !== -1) leave('left')
  }
  if (raw) stdin.setRawMode?.(true)
  stdin.on('data', onInput)
  stdin.once('end', idle.begin)
  try {
    for await (const bytes of console.output) {
      if (how !== 'ended there') continue
      idle.stir()
      if (!stdout.write(bytes)) await new Promise<void>((resolve) => void stdout.once('drain', resolve))
    }
  } finally {
    idle.end()
    stdin.off('data', onInput)
    stdin.off('end', idle.begin)
    stdin.pause()
    if (raw) stdin.setRawMode?.(false)
    console.close()
  }
  return how
}

/** Reads no more until the console has sent what it has. A WebSocket does not tell when: it is asked. */
async function holdBack(stdin: Io['stdin'], console: Console): Promise<void> {
  if (stdin.isPaused()) return
  stdin.pause()
  const gone = console.closed.then(() => true)
  while (console.unsent > unsentAtMost / 4) if (await Promise.race([gone, wait(20, false)])) return
  stdin.resume()
}

/** Fires once nothing stirred for so long, counted from `begin` on. */
function idleTimer(ms: number, fire: () => void) {
  let timer: NodeJS.Timeout | undefined
  return {
    begin: (): void => {
      timer = setTimeout(fire, ms)
    },
    stir: (): void => void timer?.refresh(),
    end: (): void => clearTimeout(timer),
  }
}
