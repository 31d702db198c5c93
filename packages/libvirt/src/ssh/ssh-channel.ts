import type { ChildProcess } from 'node:child_process'
import { Duplex, type Readable, type Writable } from 'node:stream'

/** How long ssh may take to end in good manners. */
const graceMs = 2000

/** Bytes through a running ssh: over its own standard input and output, or over a socket that it forwards. It ends when
 *  ssh ends, with the reason, and ssh ends with it. */
export class SshChannel extends Duplex {
  readonly #child: ChildProcess
  readonly #from: Readable
  readonly #to: Writable
  readonly #gone: Promise<void>
  readonly #why: (exitCode: number | null) => Error

  /** `why` gives the reason, after ssh has said its last word. */
  constructor(child: ChildProcess, from: Readable, to: Writable, why: (exitCode: number | null) => Error) {
    super({ autoDestroy: false })
    this.#child = child
    this.#from = from
    this.#to = to
    this.#why = why
    from.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) from.pause()
    })
    from.once('end', () => this.push(null)).once('close', () => this.push(null))
    // What a broken pipe means is known only once ssh has ended.
    from.on('error', () => {})
    to.on('error', () => {})
    this.#gone = new Promise((resolve) => child.once('close', () => resolve()))
    this.once('end', () => void this.#ended())
  }

  override _read(): void {
    this.#from.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#to.write(chunk)) done()
    else this.#to.once('drain', done)
  }

  override _final(done: () => void): void {
    this.#to.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#from.destroy()
    this.#to.destroy()
    endChild(this.#child)
    done(error)
  }

  async #ended(): Promise<void> {
    // Over its own pipes ssh ends by itself, and how it ends tells why; one that forwards a socket goes on.
    const patience = setTimeout(() => endChild(this.#child), this.#from === this.#child.stdout ? graceMs : 0)
    await this.#gone
    clearTimeout(patience)
    this.destroy(this.#why(this.#child.exitCode))
  }
}

/** Ends ssh: it hangs up on the host by itself, or is killed. Jumps of it end with their input. */
export function endChild(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs).unref()
  child.once('exit', () => clearTimeout(timer))
}
