import type { Duplex } from 'node:stream'

import { apiError } from '../../api/index.ts'
import type { Clock } from '../../base/clock.ts'
import { isFloeError } from '../../base/errors.ts'
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
  /** What viewers read in place of what was written before this line was there. */
  readonly before?: string
}

const longestPauseMs = 30_000
/** A VM without a serial console refuses each time: without a viewer it is not asked for ever. */
const triesAtMost = 5

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
  /** Of the attempt under way, or the next one. */
  #attempt = newAttempt()
  #pause = new AbortController()
  readonly #running: Promise<void>
  #filter: TerminalFilter = createTerminalFilter()
  #stream: Duplex | undefined
  #gapped = false

  constructor(options: SerialLineOptions) {
    this.#options = options
    if (options.before !== undefined) this.#scrollback.write(Buffer.from(`${options.before}\r\n`))
    this.#running = this.#run()
  }

  /** Settles when the stream is open: now, or after one attempt that begins at once. Rejects with why it was refused. */
  async ready(): Promise<void> {
    if (this.#stream !== undefined) return
    this.#pause.abort()
    await this.#attempt.promise
  }

  /** Tries again now, after refusals made it pause. */
  hurry(): void {
    this.#pause.abort()
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
      let pauseMs = Math.min(500 * 2 ** failures, longestPauseMs)
      try {
        const stream = await this.#options.open(signal)
        failures = 0
        pauseMs = 500
        this.#attempt.resolve()
        await this.#read(stream)
      } catch (error) {
        this.#attempt.reject(error)
        if (!signal.aborted) this.#options.onLost(error)
        if (failures >= triesAtMost && !comesBack(error)) pauseMs = Infinity
      }
      this.#attempt = newAttempt()
      this.#pause = new AbortController()
      await this.#rest(pauseMs)
    }
    this.#attempt.reject(apiError('vm_not_running', { vm: 'The VM' }))
  }

  /** Until the time is over, somebody asks, or the end. */
  async #rest(ms: number): Promise<void> {
    const either = AbortSignal.any([this.#ending.signal, this.#pause.signal])
    if (either.aborted) return
    if (ms !== Infinity) return this.#options.clock.sleep(ms, either).catch(() => {})
    await new Promise<void>((resolve) => either.addEventListener('abort', () => resolve(), { once: true }))
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

function newAttempt(): PromiseWithResolvers<void> {
  const attempt = Promise.withResolvers<void>()
  attempt.promise.catch(() => {}) // mostly nobody waits for it
  return attempt
}

/** A host that is away is tried for as long as it takes. */
const comesBack = (error: unknown): boolean =>
  isFloeError(error) && (error.code === 'host_unreachable' || error.code === 'host_silent')
