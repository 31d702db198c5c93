import { Suspects } from './suspects.ts'

/** Who wants to be under way. `subject` is what a hanging QEMU would hold: a domain, mostly. `enter` sends the call,
 *  `evict` tells it to look for another connection. */
export type Visitor = {
  readonly subject: string | undefined
  readonly control: boolean
  enter(): void
  evict(): void
}

const perSubject = 2

type Use = { underWay: number; parked: Visitor[] }

/** Who may be under way at once. The daemon stops reading at its `max_client_requests`, so the window stays below it;
 *  one place is kept for control calls, and a domain whose QEMU hangs holds at most two, and gets no further one while
 *  a caller has already given up on it. */
export class Gate {
  readonly #window: number
  readonly #ordinaryMax: number
  readonly #suspects: Suspects
  readonly #cleared: Disposable
  readonly #waiting = { control: [] as Visitor[], ordinary: [] as Visitor[] }
  readonly #uses = new Map<string, Use>()
  readonly #gone = new WeakSet<Visitor>()
  readonly #overdue = new Set<Visitor>()
  #underWay = 0
  #ordinary = 0
  #waitingCount = 0

  constructor(window: number, suspects = new Suspects()) {
    this.#window = Math.max(1, window)
    this.#ordinaryMax = Math.max(1, window - 1)
    this.#suspects = suspects
    this.#cleared = suspects.onCleared((subject) => {
      this.#release(subject)
      this.#admit()
    })
  }

  get load(): { underWay: number; waiting: number; overdue: number } {
    return { underWay: this.#underWay, waiting: this.#waitingCount, overdue: this.#overdue.size }
  }

  /** Every place of ordinary calls is held by a call whose caller has given up. */
  get choked(): boolean {
    let ordinary = 0
    for (const { control } of this.#overdue) if (!control) ordinary++
    return ordinary >= this.#ordinaryMax
  }

  /** Calls `visitor.enter()` once there is a place: at once, or later. */
  ask(visitor: Visitor): void {
    this.#waitingCount++
    this.#waiting[visitor.control ? 'control' : 'ordinary'].push(visitor)
    this.#admit()
  }

  /** The visitor does not want to enter any more. */
  forget(visitor: Visitor): void {
    this.#gone.add(visitor)
    this.#waitingCount--
  }

  /** The daemon answered. */
  leave(visitor: Visitor): void {
    const { subject } = visitor
    this.#underWay--
    if (!visitor.control) this.#ordinary--
    const use = subject === undefined ? undefined : this.#uses.get(subject)
    if (use !== undefined) use.underWay--
    if (this.#overdue.delete(visitor) && subject !== undefined) this.#suspects.remove(subject)
    if (subject !== undefined) this.#release(subject)
    this.#admit()
  }

  /** The caller has given up, the daemon still works on it. */
  overdue(visitor: Visitor): void {
    this.#overdue.add(visitor)
    if (visitor.subject !== undefined) this.#suspects.add(visitor.subject)
  }

  /** Sends everybody who still waits elsewhere. */
  evict(): void {
    const parked = [...this.#uses.values()].flatMap((use) => use.parked.splice(0))
    const { control, ordinary } = this.#waiting
    for (const visitor of [...control.splice(0), ...ordinary.splice(0), ...parked]) {
      if (this.#gone.has(visitor)) continue
      this.forget(visitor)
      visitor.evict()
    }
  }

  /** The connection is over: what it knew of hanging domains is void. */
  end(): void {
    this.#cleared[Symbol.dispose]()
    for (const { subject } of this.#overdue) if (subject !== undefined) this.#suspects.remove(subject)
    this.#overdue.clear()
  }

  /** Why a visitor for this subject does not get in, for the message of its deadline. */
  why(subject: string | undefined): string {
    if (subject !== undefined && this.#suspects.has(subject))
      return 'an earlier call to the same domain is unanswered; its QEMU may be stopped or hang'
    return `${this.#underWay} other calls are under way and ${this.#overdue.size} of them are overdue`
  }

  #admit(): void {
    while (this.#underWay < this.#window) {
      const visitor = this.#next()
      if (visitor === undefined) return
      this.#waitingCount--
      this.#underWay++
      if (!visitor.control) this.#ordinary++
      if (visitor.subject !== undefined) this.#use(visitor.subject).underWay++
      visitor.enter()
    }
  }

  #next(): Visitor | undefined {
    for (const queue of [this.#waiting.control, this.#waiting.ordinary]) {
      if (queue === this.#waiting.ordinary && this.#ordinary >= this.#ordinaryMax) return undefined
      for (let visitor = queue.shift(); visitor !== undefined; visitor = queue.shift()) {
        if (this.#gone.has(visitor)) continue
        if (!this.#mustPark(visitor)) return visitor
        this.#use(visitor.subject!).parked.push(visitor)
      }
    }
    return undefined
  }

  /** Control calls pass: the way out of a hung domain is to destroy it. */
  #mustPark({ subject, control }: Visitor): boolean {
    if (control || subject === undefined) return false
    return this.#suspects.has(subject) || (this.#uses.get(subject)?.underWay ?? 0) >= perSubject
  }

  /** Lets as many of a subject's parked visitors queue again as it has places. */
  #release(subject: string): void {
    const use = this.#uses.get(subject)
    if (use === undefined) return
    const parked = use.parked.filter((each) => !this.#gone.has(each))
    const places = this.#suspects.has(subject) ? 0 : Math.max(0, perSubject - use.underWay)
    this.#waiting.ordinary.unshift(...parked.splice(0, places))
    use.parked = parked
    if (use.underWay === 0 && parked.length === 0) this.#uses.delete(subject)
  }

  #use(subject: string): Use {
    const known = this.#uses.get(subject)
    if (known !== undefined) return known
    const use: Use = { underWay: 0, parked: [] }
    this.#uses.set(subject, use)
    return use
  }
}
