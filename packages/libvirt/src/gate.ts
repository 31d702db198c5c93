import { Suspects } from './suspects.ts'

/** Who wants to be under way. `subject` is what a hanging QEMU would hold: a domain, mostly. `enter` sends the call,
 *  `evict` tells it to look for another connection. */
export type Visitor = {
  readonly subject: string | undefined
  readonly control: boolean
  readonly slow: boolean
  enter(): void
  evict(): void
}

const perSubject = 2

type Kind = 'control' | 'quick' | 'slow'
type Use = { underWay: number; parked: Visitor[] }

/** Who may be under way at once. The daemon stops reading at its `max_client_requests`, so the window stays below it;
 *  one place is kept for control calls and one more for quick ones, and a domain whose QEMU hangs holds at most two, and gets no further one while
 *  a caller has already given up on it. */
export class Gate {
  readonly #window: number
  readonly #ordinaryMax: number
  readonly #slowMax: number
  readonly #suspects: Suspects
  readonly #cleared: Disposable
  readonly #waiting = { control: [] as Visitor[], quick: [] as Visitor[], slow: [] as Visitor[] }
  readonly #uses = new Map<string, Use>()
  readonly #gone = new WeakSet<Visitor>()
  readonly #turns = new WeakMap<Visitor, number>()
  #turn = 0
  readonly #overdue = new Set<Visitor>()
  #underWay = 0
  #ordinary = 0
  #slow = 0
  #waitingCount = 0

  constructor(window: number, suspects = new Suspects()) {
    this.#window = Math.max(1, window)
    this.#ordinaryMax = Math.max(1, window - 1)
    this.#slowMax = Math.max(1, window - 2)
    this.#suspects = suspects
    this.#cleared = suspects.onCleared((subject) => {
      this.#release(subject)
      this.#admit()
    })
  }

  get load(): { underWay: number; waiting: number; overdue: number } {
    return { underWay: this.#underWay, waiting: this.#waitingCount, overdue: this.#overdue.size }
  }

  /** No quick call can get in: the places are held by slow ones, and by calls whose caller has given up. */
  get choked(): boolean {
    let held = this.#slow
    for (const { control, slow } of this.#overdue) if (!control && !slow) held++
    return this.#overdue.size > 0 && held >= this.#ordinaryMax
  }

  /** Calls `visitor.enter()` once there is a place: at once, or later. */
  ask(visitor: Visitor): void {
    this.#waitingCount++
    this.#turns.set(visitor, ++this.#turn)
    this.#waiting[kindOf(visitor)].push(visitor)
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
    if (visitor.slow) this.#slow--
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
    const queued = Object.values(this.#waiting).flatMap((queue) => queue.splice(0))
    for (const visitor of [...queued, ...parked]) {
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
      if (visitor.slow) this.#slow++
      if (visitor.subject !== undefined) this.#use(visitor.subject).underWay++
      visitor.enter()
    }
  }

  /** Control calls first; of the others whoever came first and may enter, so that quick ones starve no slow one. */
  #next(): Visitor | undefined {
    const control = this.#head('control')
    if (control !== undefined) return this.#waiting.control.shift()
    if (this.#ordinary >= this.#ordinaryMax) return undefined
    const quick = this.#head('quick')
    const slow = this.#slow < this.#slowMax ? this.#head('slow') : undefined
    if (slow === undefined) return this.#waiting.quick.shift()
    const slowFirst = quick === undefined || this.#turns.get(slow)! < this.#turns.get(quick)!
    return slowFirst ? this.#waiting.slow.shift() : this.#waiting.quick.shift()
  }

  /** The first of a queue that may enter; those before it are gone or parked. */
  #head(name: Kind): Visitor | undefined {
    const queue = this.#waiting[name]
    for (let visitor = queue[0]; visitor !== undefined; visitor = queue[0]) {
      if (!this.#gone.has(visitor)) {
        if (!this.#mustPark(visitor)) return visitor
        this.#use(visitor.subject!).parked.push(visitor)
      }
      queue.shift()
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
    for (const visitor of parked.splice(0, places).toReversed()) this.#waiting[kindOf(visitor)].unshift(visitor)
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

const kindOf = ({ control, slow }: Visitor): Kind => (control ? 'control' : slow ? 'slow' : 'quick')
