import type { Readable, Writable } from 'node:stream'

/** What a run of the command line reads and writes: the process, or a test's own. */
export type Io = {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly uid: number
  readonly home: string
  /** Fires once on Ctrl-C while something is waited for; before the first call Ctrl-C ends the program. */
  onInterrupt(): AbortSignal
}

export function processIo(): Io {
  // A reader that has seen enough (`floe vm list | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const interrupt = new AbortController()
  let armed = false
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    uid: process.getuid?.() ?? -1,
    home: process.env['HOME'] ?? '/',
    onInterrupt: () => {
      if (!armed) process.once('SIGINT', () => interrupt.abort(new Interrupted()))
      armed = true
      return interrupt.signal
    },
  }
}

/** Ctrl-C: what runs on the other side goes on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
