import type { RefusalBody } from './refusal.ts'

/** The daemon's side of one stream, for a fake daemon's handlers. */
export class FakeStream {
  /** What the client has sent so far. */
  readonly received: Buffer[] = []
  /** How the client ended it: it said OK, aborted, or its connection went. */
  readonly ended: Promise<'ok' | 'aborted' | 'lost'>
  /** Set to false to leave the client's OK unanswered. */
  confirm = true
  readonly #send: (status: 'data' | 'ok' | RefusalBody, payload: Uint8Array) => void
  readonly #end: (how: 'ok' | 'aborted' | 'lost') => void

  constructor(send: (status: 'data' | 'ok' | RefusalBody, payload: Uint8Array) => void) {
    this.#send = send
    const { promise, resolve } = Promise.withResolvers<'ok' | 'aborted' | 'lost'>()
    this.ended = promise
    this.#end = resolve
  }

  write(bytes: Uint8Array): void {
    this.#send('data', bytes)
  }

  /** No more bytes: an empty packet. */
  eof(): void {
    this.#send('data', new Uint8Array())
  }

  fail(refusal: RefusalBody): void {
    this.#send(refusal, new Uint8Array())
  }

  /** The client's packet. */
  heard(what: 'data' | 'ok' | 'aborted' | 'lost', payload: Buffer): void {
    if (what === 'data') {
      this.received.push(payload)
      return
    }
    if (what === 'ok' && this.confirm) this.#send('ok', new Uint8Array())
    this.#end(what)
  }
}
