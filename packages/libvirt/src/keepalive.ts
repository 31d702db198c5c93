import type { Keepalive } from './contract.ts'
import { encodeFrame, messageStatus, messageType, type Frame } from './framing.ts'

/** The program beside libvirt's own: two messages without a body. */
export const keepaliveProgram = 0x6b656570
export const keepaliveProcedure = { ping: 1, pong: 2 } as const

export function keepaliveFrame(procedure: 1 | 2): Buffer {
  return encodeFrame({
    program: keepaliveProgram,
    version: 1,
    procedure,
    type: messageType.message,
    serial: 0,
    status: messageStatus.ok,
  })
}

export const isPing = ({ header }: Frame): boolean =>
  header.program === keepaliveProgram && header.procedure === keepaliveProcedure.ping

/** Less than this of an unfinished message in one interval is as good as silence. */
const trickleBytes = 1024

/** Pings a silent peer, and says so once when `count` pings in a row brought nothing back. */
export class Heartbeat {
  readonly #options: Keepalive
  readonly #ping: () => void
  readonly #dead: (why: string) => void
  #timer: NodeJS.Timeout | undefined
  #unanswered = 0
  #heard = false
  #bytes = 0
  #held = false

  constructor(options: Keepalive, ping: () => void, dead: (why: string) => void) {
    this.#options = options
    this.#ping = ping
    this.#dead = dead
  }

  start(): void {
    this.#timer = setInterval(() => this.#beat(), this.#options.intervalMs)
  }

  /** A whole message proves that the peer lives. */
  heard(): void {
    this.#heard = true
    this.#bytes = 0
    this.#unanswered = 0
  }

  /** A part of a long message, too, unless it trickles: a peer that sends a byte now and then would hang for ever. */
  part(bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes >= trickleBytes) this.heard()
  }

  /** While this side does not read, silence proves nothing. */
  hold(held: boolean): void {
    this.#held = held
    if (!held) this.#unanswered = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    if (this.#held) return
    this.#bytes = 0
    if (this.#heard) {
      this.#heard = false
      return
    }
    if (this.#unanswered >= this.#options.count) {
      this.stop()
      this.#dead(`${this.#unanswered} keepalive pings, ${this.#options.intervalMs} ms apart, were not answered`)
      return
    }
    this.#unanswered++
    this.#ping()
  }
}
