import type { Hole } from '../contract.ts'
import type { RefusalBody } from './refusal.ts'

/** The daemon's side of one stream, for a fake daemon's handlers. */
export class FakeStream {
  /** What the client has sent so far. */
  readonly received: Buffer[] = []
  /** The same with the holes of a sparse stream in their places. */
  readonly parts: (Buffer | Hole)[] = []
  /** How the client ended it: it said OK, aborted, or its connection went. */
  readonly ended: Promise<'ok' | 'aborted' | 'lost'>
  /** Set to false to leave the client's OK unanswered. */
  confirm = true
  readonly #send: (status: 'data' | 'ok' | RefusalBody | Hole, payload: Uint8Array) => void
  readonly #end: (how: 'ok' | 'aborted' | 'lost') => void

  constructor(send: (status: 'data' | 'ok' | RefusalBody | Hole, payload: Uint8Array) => void) {
    this.#send = send
    const { promise, resolve } = Promise.withResolvers<'ok' | 'aborted' | 'lost'>()
    this.ended = promise
    this.#end = resolve
  }

  write(bytes: Uint8Array): void {
    this.#send('data', bytes)
  }

  /** `length` bytes of zeros that are told and not sent; for clients that asked for a sparse stream. */
  hole(length: bigint): void {
    this.#send({ hole: length }, new Uint8Array())
  }

  /** No more bytes: an empty packet. */
  eof(): void {
    this.#send('data', new Uint8Array())
  }

  fail(refusal: RefusalBody): void {
    this.#send(refusal, new Uint8Array())
  }

  /** The client's hole. */
  skipped(length: bigint): void {
    this.parts.push({ hole: length })
  }

  /** The client's packet. */
  heard(what: 'data' | 'ok' | 'aborted' | 'lost', payload: Buffer): void {
    if (what === 'data') {
      this.received.push(payload)
      this.parts.push(payload)
      return
    }
    if (what === 'ok' && this.confirm) this.#send('ok', new Uint8Array())
    this.#end(what)
  }
}
