import type { Console } from '@floe/client'

import type { Io } from '../io.ts'

/** Ctrl-], as telnet and virsh have it. */
const wayOut = 0x1d

/** Joins this terminal to a console until the guest's side ends or Ctrl-] is typed; answers whether it was left.
 *  The terminal is put back however it ends. */
export async function joinTerminal(io: Io, console: Console): Promise<boolean> {
  const { stdin, stdout } = io
  const raw = stdin.isTTY === true
  let left = false
  const onInput = (piece: Buffer | string) => {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    const at = raw ? bytes.indexOf(wayOut) : -1
    const before = at === -1 ? bytes : bytes.subarray(0, at)
    if (before.length > 0) console.send(new Uint8Array(before))
    if (at !== -1) {
      left = true
      console.close()
    }
  }
  if (raw) stdin.setRawMode?.(true)
  stdin.on('data', onInput)
  try {
    for await (const bytes of console.output) {
      if (left) continue
      if (!stdout.write(bytes)) await new Promise<void>((resolve) => void stdout.once('drain', resolve))
    }
  } finally {
    stdin.off('data', onInput)
    stdin.pause()
    if (raw) stdin.setRawMode?.(false)
    console.close()
  }
  return left
}
