import { XdrError } from '../errors.ts'

/** Walks over one message's payload; every read is checked against the end before it happens. */
export class XdrReader {
  readonly #bytes: Buffer
  #at: number

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(length: number): number {
    if (length > this.left)
      throw new XdrError(`The message ends ${length - this.left} bytes too early (at byte ${this.#at})`)
    const at = this.#at
    this.#at += length
    return at
  }

  i32 = (): number => this.#bytes.readInt32BE(this.#take(4))
  u32 = (): number => this.#bytes.readUInt32BE(this.#take(4))
  i64 = (): bigint => this.#bytes.readBigInt64BE(this.#take(8))
  u64 = (): bigint => this.#bytes.readBigUInt64BE(this.#take(8))
  f64 = (): number => this.#bytes.readDoubleBE(this.#take(8))

  /** A view, not a copy: `length` bytes and their padding to a multiple of four. */
  fixed(length: number): Buffer {
    const at = this.#take(length)
    this.#take((4 - (length % 4)) % 4)
    return this.#bytes.subarray(at, at + length)
  }

  counted(max: number, what: string): Buffer {
    const length = this.u32()
    if (length > max) throw new XdrError(`A ${what} of ${length} bytes is longer than the protocol's ${max}`)
    return this.fixed(length)
  }

  /** libvirt promises UTF-8 for XML and not for names and paths: what is not UTF-8 becomes U+FFFD. */
  string(max: number): string {
    const bytes = this.counted(max, 'string')
    return bytes.toString('utf8')
  }

  rest(): Buffer {
    const at = this.#at
    this.#at = this.#bytes.length
    return this.#bytes.subarray(at)
  }

  end(): void {
    if (this.left !== 0) throw new XdrError(`${this.left} bytes are left over after the last field`)
  }
}
