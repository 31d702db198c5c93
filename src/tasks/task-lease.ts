import type { Clock } from '../base/clock.ts'
import type { TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'

/** The task belongs to somebody else now, or may: nothing more is done for it here. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost'
}

/** A task lease as its holder sees it, on the monotonic clock: two thirds of its time without a renewal and the holder
 *  stops itself, a third before the database lets another one take over. (The machine's sleep is not in this clock:
 *  after it the fence of the next journal write is what stops the holder.) */
export class TaskLease {
  readonly id: TaskId
  readonly epoch: number
  readonly #clock: Clock
  readonly #limitMs: Milliseconds
  readonly #lost = new AbortController()
  #renewedAt: Milliseconds

  /** `claimedAt`: the monotonic time before the claim was sent. */
  constructor(claim: { id: TaskId; epoch: number }, claimedAt: Milliseconds, leaseMs: Milliseconds, clock: Clock) {
    this.id = claim.id
    this.epoch = claim.epoch
    this.#clock = clock
    this.#limitMs = (leaseMs * 2) / 3
    this.#renewedAt = claimedAt
  }

  /** Aborted when the lease is lost, with a LeaseLost. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** `askedAt`: the monotonic time before the renewal was sent. */
  renewed(askedAt: Milliseconds): void {
    if (!this.#lost.signal.aborted) this.#renewedAt = Math.max(this.#renewedAt, askedAt)
  }

  lose(why: string): void {
    if (!this.#lost.signal.aborted) this.#lost.abort(new LeaseLost(`The lease of task ${this.id} is lost: ${why}.`))
  }

  /** Throws LeaseLost when the lease is lost or too old to rely on. */
  check(): void {
    const age = this.#clock.monotonic() - this.#renewedAt
    if (age > this.#limitMs) this.lose(`not renewed for ${Math.round(age)} ms`)
    this.#lost.signal.throwIfAborted()
  }
}
