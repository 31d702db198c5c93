import { PassThrough, Writable } from 'node:stream'

import type { Io } from '../io.ts'
import { main } from '../main.ts'

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

export type RunOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** Where logins and states lie. */
  readonly home: string
  /** Typed ahead, or piped in. */
  readonly stdin?: string | PassThrough
  /** All three are terminals, 80 columns wide. */
  readonly tty?: boolean
  readonly uid?: number
  /** Fires what Ctrl-C fires. */
  readonly interrupt?: AbortSignal
  /** Told with everything that stdout has so far. */
  readonly onOut?: (out: string) => void
  /** Somebody at a keyboard: each answer is typed when stderr asks its question. */
  readonly typed?: readonly (readonly [question: string, answer: string])[]
}

/** Runs the command line in this process as the shell would, with its own streams. */
export async function run(argv: readonly string[], options: RunOptions): Promise<Ran> {
  const stdin = options.stdin instanceof PassThrough ? options.stdin : new PassThrough()
  const stdout = collector(options.tty, options.onOut)
  const stderr = collector(options.tty, options.typed && typist(options.typed, stdin))
  if (typeof options.stdin === 'string' || (!options.stdin && !options.typed)) stdin.end(options.stdin ?? '')
  if (options.tty) Object.assign(stdin, { isTTY: true, setRawMode: () => stdin })
  const io: Io = {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { TERM: 'xterm', ...options.env },
    uid: options.uid ?? 1000,
    home: options.home,
    onInterrupt: () => options.interrupt ?? new AbortController().signal,
  }
  const code = await main(argv, io)
  return { code, out: stdout.text(), err: stderr.text() }
}

function typist(typed: readonly (readonly [question: string, answer: string])[], stdin: PassThrough) {
  const left = [...typed]
  let read = 0
  return (said: string) => {
    const at = left[0] === undefined ? -1 : said.indexOf(left[0][0], read)
    if (at === -1) return
    read = at + left[0]![0].length
    stdin.write(left.shift()![1])
  }
}

function collector(tty: boolean | undefined, onText?: (text: string) => void) {
  let all = ''
  const stream = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      all += piece.toString('utf8')
      onText?.(all)
      done()
    },
  })
  return { stream: Object.assign(stream, tty ? { isTTY: true, columns: 80 } : {}), text: () => all }
}
