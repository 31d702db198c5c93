import { KiB, type Bytes } from '../../base/units.ts'

/** The last bytes of a stream. Memory grows with what was written, never beyond the size and one write. */
export class Scrollback {
  readonly #size: Bytes
  #chunks: Buffer[] = []
  #held = 0
  #cut = false

  constructor(size: Bytes = 256 * KiB) {
    this.#size = size
  }

  write(bytes: Buffer): void {
    if (bytes.length === 0) return
    // A copy: the chunk may be a slice of a pooled buffer that is much larger.
    const kept = Buffer.from(bytes.length > this.#size ? bytes.subarray(-this.#size) : bytes)
    this.#cut ||= kept.length < bytes.length
    this.#chunks.push(kept)
    this.#held += kept.length
    while (this.#held > this.#size) {
      const first = this.#chunks[0]!
      const over = this.#held - this.#size
      this.#cut = true
      if (first.length <= over) this.#chunks.shift()
      else this.#chunks[0] = first.subarray(over)
      this.#held -= Math.min(over, first.length)
    }
    // Many single bytes, as a guest echoes them, would cost far more than they hold.
    if (this.#chunks.length > 512) this.#chunks = [Buffer.concat(this.#chunks)]
  }

  /** What is held; after a cut from the first whole line on, so that no character or sequence begins in its middle. */
  read(): Buffer {
    const all = Buffer.concat(this.#chunks)
    if (!this.#cut) return all
    return all.subarray(all.indexOf(0x0a) + 1)
  }

  clear(): void {
    this.#chunks = []
    this.#held = 0
    this.#cut = false
  }
}
