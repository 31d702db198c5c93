import type { StreamNews } from './messages.ts'

export type HubTab = { readonly tell: (news: StreamNews) => void }

/** What the hub needs of the API's client, which itself reconnects, resumes and notices a dead connection. */
export type OpenStream = (options: {
  since: number | undefined
  signal: AbortSignal
  onBytes: () => void
}) => AsyncIterable<StreamNews>

export type HubOptions = {
  readonly open: OpenStream
  readonly now: () => number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Pause before a refused stream is tried again: the session may have been renewed in another tab. */
const refusedPauseMs = 5000

/** Owns one connection and tells every tab what comes in. Opens with the first tab, closes after the last one. */
export class StreamHub {
  readonly #options: HubOptions
  readonly #tabs = new Set<HubTab>()
  #revision: number | undefined
  #lastLife = 0
  #running: AbortController | undefined
  #attempt: AbortController | undefined
  #pause: AbortController | undefined
  #open = false

  constructor(options: HubOptions) {
    this.#options = options
  }

  join(tab: HubTab): void {
    this.#tabs.add(tab)
    if (this.#lastLife > 0) tab.tell({ type: 'life', at: this.#lastLife })
    if (this.#open && this.#revision !== undefined) tab.tell({ type: 'hello', revision: this.#revision })
    if (this.#running === undefined) void this.#run()
    // Whoever joins has a session, which the last refused attempt had not.
    this.#pause?.abort()
  }

  leave(tab: HubTab): void {
    this.#tabs.delete(tab)
    if (this.#tabs.size > 0) return
    this.#running?.abort()
    this.#running = undefined
    this.#open = false
  }

  /** Begins a new attempt at once: there is a new session, or somebody pressed "Now". */
  again(): void {
    this.#attempt?.abort()
  }

  #tell(news: StreamNews): void {
    for (const tab of this.#tabs) tab.tell(news)
  }

  async #run(): Promise<void> {
    const running = new AbortController()
    this.#running = running
    while (!running.signal.aborted) {
      const attempt = new AbortController()
      this.#attempt = attempt
      const signal = AbortSignal.any([running.signal, attempt.signal])
      await this.#follow(signal)
      if (running.signal.aborted) return
      this.#open = false
      if (signal.aborted) continue
      this.#pause = new AbortController()
      await this.#options.sleep(refusedPauseMs, AbortSignal.any([signal, this.#pause.signal]))
      this.#pause = undefined
    }
  }

  /** Follows one connection to its end. */
  async #follow(signal: AbortSignal): Promise<void> {
    const onBytes = (): void => {
      const at = this.#options.now()
      // Tabs only show seconds, so they are not told of every byte.
      if (at - this.#lastLife < 900) return
      this.#lastLife = at
      this.#tell({ type: 'life', at })
    }
    try {
      for await (const news of this.#options.open({ since: this.#revision, signal, onBytes })) this.#take(news)
    } catch (error) {
      if (!signal.aborted) this.#refused(error)
    }
  }

  #take(news: StreamNews): void {
    if (news.type === 'hello') {
      this.#open = true
      this.#revision = Math.max(this.#revision ?? 0, news.revision)
    } else if (news.type === 'change') this.#revision = Math.max(this.#revision ?? 0, news.change.change.revision)
    else if (news.type === 'resync') this.#revision = undefined
    this.#tell(news)
  }

  #refused(error: unknown): void {
    const status = error instanceof Error && 'status' in error ? Number(error.status) : 0
    if (status === 410) this.#take({ type: 'resync', why: 'The stream does not go back that far.' })
    else this.#tell({ type: 'refused', status })
  }
}
