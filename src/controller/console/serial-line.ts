import type { Duplex } from 'node:stream'

import type { Clock } from '../../base/clock.ts'
import { Scrollback } from './scrollback.ts'
import { createTerminalFilter, type TerminalFilter } from './terminal-filter.ts'

/** Whoever looks at a serial console. */
export type Viewer = {
  show(bytes: Buffer): void
  /** Nothing more comes; why, in words. */
  ended(why: string): void
}

export type SerialLineOptions = {
  readonly open: (signal: AbortSignal) => Promise<Duplex>
  readonly clock: Clock
  readonly onLost: (error: unknown) => void
}

const longestPauseMs = 30_000
const gap = Buffer.from(
  '\r\n[Floe: the connection to the host was lost here; what was written meanwhile is missing]\r\n',
)

/** The serial console of one running VM: one stream for all viewers, with what it wrote since power-on. Comes back by
 *  itself when the stream breaks, until it is closed. */
export class SerialLine {
  readonly #options: SerialLineOptions
  readonly #viewers = new Set<Viewer>()
  readonly #scrollback = new Scrollback()
  readonly #ending = new AbortController()
  readonly #first = Promise.withResolvers<void>()
  readonly #running: Promise<void>
  #filter: TerminalFilter = createTerminalFilter()
  #stream: Duplex | undefined
  #gapped = false

  constructor(options: SerialLineOptions) {
    this.#options = options
    this.#first.promise.catch(() => {})
    this.#running = this.#run()
  }

  /** Settles when the stream is open for the first time; rejects with why it was not, at the first attempt. */
  get opened(): Promise<void> {
    return this.#first.promise
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** Shows what was written since power-on, then what comes. */
  attach(viewer: Viewer): Disposable {
    const before = this.#scrollback.read()
    if (before.length > 0) viewer.show(before)
    this.#viewers.add(viewer)
    return { [Symbol.dispose]: () => this.#viewers.delete(viewer) }
  }

  /** Types into the guest. False: wait for `drained` before more. */
  type(bytes: Buffer): boolean {
    return this.#stream === undefined || this.#stream.destroyed || this.#stream.write(bytes)
  }

  /** Settles when the guest takes more, or is gone. */
  async drained(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined || stream.destroyed || !stream.writableNeedDrain) return
    const { promise, resolve } = Promise.withResolvers<void>()
    stream.once('drain', resolve)
    stream.once('close', resolve)
    await promise
    stream.off('drain', resolve)
    stream.off('close', resolve)
  }

  /** The VM runs no more. */
  async close(why: string): Promise<void> {
    this.#ending.abort()
    this.#stream?.destroy()
    await this.#running
    for (const viewer of this.#viewers) viewer.ended(why)
    this.#viewers.clear()
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const stream = await this.#options.open(signal)
        failures = 0
        this.#first.resolve()
        await this.#read(stream)
      } catch (error) {
        this.#first.reject(error)
        if (!signal.aborted) this.#options.onLost(error)
      }
      const pauseMs = Math.min(500 * 2 ** failures, longestPauseMs)
      await this.#options.clock.sleep(pauseMs, signal).catch(() => {})
    }
    this.#first.reject(new Error('The VM has stopped.'))
  }

  async #read(stream: Duplex): Promise<void> {
    const { promise: closed, resolve } = Promise.withResolvers<unknown>()
    if (this.#ending.signal.aborted) {
      stream.destroy()
      return
    }
    this.#stream = stream
    // Told now and not when the stream ended: it also ends when the VM stops.
    if (this.#gapped) this.#show(gap)
    stream.once('error', resolve)
    stream.once('close', () => resolve(undefined))
    stream.once('end', () => stream.destroy())
    stream.on('data', (bytes: Buffer) => this.#show(this.#filter.write(bytes)))
    const error = await closed
    stream.destroy()
    this.#stream = undefined
    // The next stream begins in the middle of nothing.
    this.#filter = createTerminalFilter()
    this.#gapped = true
    if (error !== undefined && !this.#ending.signal.aborted) this.#options.onLost(error)
  }

  #show(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#scrollback.write(bytes)
    for (const viewer of this.#viewers) viewer.show(bytes)
  }
}
