import { XdrError } from '../errors.ts'

/** Collects one message's payload in a buffer that grows; `max` keeps a caller's mistake from growing it for ever. */
export class XdrWriter {
  #bytes: Buffer
  #length = 0
  readonly #max: number

  constructor(max: number, size = 256) {
    this.#bytes = Buffer.allocUnsafe(size)
    this.#max = max
  }

  #room(length: number): number {
    const at = this.#length
    const needed = at + length
    if (needed > this.#max)
      throw new XdrError(`The message would have more than the protocol's ${this.#max} bytes; send less in one call`)
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(Math.max(needed, this.#bytes.length * 2), this.#max))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#length = needed
    return at
  }

  i32(value: number): void {
    const at = this.#room(4)
    this.#bytes.writeInt32BE(value, at)
  }

  u32(value: number): void {
    const at = this.#room(4)
    this.#bytes.writeUInt32BE(value, at)
  }

  i64(value: bigint): void {
    const at = this.#room(8)
    this.#bytes.writeBigInt64BE(value, at)
  }

  u64(value: bigint): void {
    const at = this.#room(8)
    this.#bytes.writeBigUInt64BE(value, at)
  }

  f64(value: number): void {
    const at = this.#room(8)
    this.#bytes.writeDoubleBE(value, at)
  }

  fixed(bytes: Uint8Array): void {
    const padding = (4 - (bytes.length % 4)) % 4
    const at = this.#room(bytes.length + padding)
    this.#bytes.set(bytes, at)
    this.#bytes.fill(0, at + bytes.length, at + bytes.length + padding)
  }

  counted(bytes: Uint8Array, max: number, what: string): void {
    if (bytes.length > max)
      throw new XdrError(`A ${what} of ${bytes.length} bytes is longer than the protocol's ${max}`)
    this.u32(bytes.length)
    this.fixed(bytes)
  }

  string(text: string, max: number): void {
    // A NUL would end the string on the daemon's side, so that it would act on another name than the one given.
    if (text.includes('\0')) throw new XdrError('A string contains a NUL character, which libvirt cannot carry')
    this.counted(Buffer.from(text, 'utf8'), max, 'string')
  }

  raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** The bytes so far, to be sent at once: the writer must not be used afterwards. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }
}
