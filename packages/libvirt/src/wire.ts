import type { Duplex } from 'node:stream'

import type { Transport } from './transport.ts'

/** Sends whole messages in order. `sent` runs when the bytes left this process, for backpressure. */
export class Wire {
  readonly #socket: Duplex
  readonly #oneAtATime: boolean
  #queue: { frame: Buffer; sent: (() => void) | undefined }[] = []
  #writing = false

  constructor({ socket, oneWriteAtATime }: Transport) {
    this.#socket = socket
    this.#oneAtATime = oneWriteAtATime
  }

  send(frame: Buffer, sent?: () => void): void {
    if (!this.#oneAtATime) {
      this.#socket.write(frame, () => sent?.())
      return
    }
    this.#queue.push({ frame, sent })
    if (!this.#writing) this.#next()
  }

  #next(): void {
    const item = this.#queue.shift()
    this.#writing = item !== undefined
    if (item === undefined) return
    this.#socket.write(item.frame, () => {
      item.sent?.()
      this.#next()
    })
  }

  /** Bytes that wait for a peer that does not read. */
  get backlog(): number {
    return this.#queue.reduce((bytes, { frame }) => bytes + frame.length, this.#socket.writableLength)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }
}
