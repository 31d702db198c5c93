import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import type { TaskProgress } from '../db/tables.ts'
import type { TaskJournal } from './task-journal.ts'

const writeEveryMs = 250
/** The change feed is kept for ever, so progress goes there less often than into the task's row. */
const tellEveryMs = 1000
const linesAtMost = 200

/** Progress and log lines of a running step: gathered and written 250 ms apart, the last ones at its end. */
export class TaskNotes {
  readonly #journal: TaskJournal
  readonly #clock: Clock
  #progress: TaskProgress | undefined
  #lines: string[] = []
  #writtenAt: Milliseconds = -Infinity
  #toldAt: Milliseconds = -Infinity
  #writing: Promise<void> | undefined
  readonly #closed = new AbortController()

  constructor(journal: TaskJournal, clock: Clock) {
    this.#journal = journal
    this.#clock = clock
  }

  progress(progress: TaskProgress): void {
    this.#progress = progress
    this.#schedule()
  }

  log(line: string): void {
    if (this.#lines.length === linesAtMost) this.#lines.push('(More was said at once than is kept.)')
    if (this.#lines.length < linesAtMost) this.#lines.push(line)
    this.#schedule()
  }

  /** Writes what is left; nothing is accepted afterwards. */
  async close(): Promise<void> {
    this.#closed.abort()
    await this.#writing
    await this.#write()
  }

  #schedule(): void {
    if (this.#closed.signal.aborted) return
    // A note that cannot be written (lease lost, bad text) is no reason to fail: the journal's next write tells.
    this.#writing ??= this.#writeSoon()
      .catch(() => {})
      .finally(() => {
        this.#writing = undefined
        if (this.#progress !== undefined || this.#lines.length > 0) this.#schedule()
      })
  }

  async #writeSoon(): Promise<void> {
    const waitMs = this.#writtenAt + writeEveryMs - this.#clock.monotonic()
    if (waitMs > 0) await this.#clock.sleep(waitMs, this.#closed.signal).catch(() => {})
    if (!this.#closed.signal.aborted) await this.#write()
  }

  async #write(): Promise<void> {
    const [progress, lines] = [this.#progress, this.#lines]
    if (progress === undefined && lines.length === 0) return
    this.#progress = undefined
    this.#lines = []
    const now = this.#clock.monotonic()
    const tell = progress !== undefined && now - this.#toldAt >= tellEveryMs
    this.#writtenAt = now
    if (tell) this.#toldAt = now
    await this.#journal.note(progress, lines, tell)
  }
}
