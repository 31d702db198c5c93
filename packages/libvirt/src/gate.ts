/** Who may be under way at once. The daemon stops reading at its `max_client_requests`, so the window stays below it;
 *  one place is kept for control calls, and a domain whose QEMU hangs holds at most two, and gets no further one while
 *  a caller has already given up on it. */
export type Visitor = { readonly dom: string | undefined; readonly control: boolean; enter(): void }

const perDomain = 2

type DomainUse = { underWay: number; overdue: number; parked: Visitor[] }

export class Gate {
  readonly #window: number
  readonly #ordinaryMax: number
  readonly #waiting = { control: [] as Visitor[], ordinary: [] as Visitor[] }
  readonly #domains = new Map<string, DomainUse>()
  readonly #gone = new WeakSet<Visitor>()
  #underWay = 0
  #ordinary = 0
  #overdue = 0
  #overdueOrdinary = 0
  #waitingCount = 0

  constructor(window: number) {
    this.#window = Math.max(1, window)
    this.#ordinaryMax = Math.max(1, window - 1)
  }

  get load(): { underWay: number; waiting: number; overdue: number } {
    return { underWay: this.#underWay, waiting: this.#waitingCount, overdue: this.#overdue }
  }

  /** Every place of ordinary calls is held by a call whose caller has given up. */
  get choked(): boolean {
    return this.#overdueOrdinary >= this.#ordinaryMax
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
  leave(visitor: Visitor, wasOverdue: boolean): void {
    this.#underWay--
    if (wasOverdue) this.#overdue--
    if (!visitor.control) {
      this.#ordinary--
      if (wasOverdue) this.#overdueOrdinary--
    }
    const use = visitor.dom === undefined ? undefined : this.#domains.get(visitor.dom)
    if (use !== undefined) {
      use.underWay--
      if (wasOverdue) use.overdue--
      const parked = use.parked.filter((each) => !this.#gone.has(each))
      const free = use.overdue === 0 ? parked.splice(0, Math.max(0, perDomain - use.underWay)) : []
      use.parked = parked
      this.#waiting.ordinary.unshift(...free)
      if (use.underWay === 0) this.#domains.delete(visitor.dom!)
    }
    this.#admit()
  }

  /** The caller has given up, the daemon still works on it. */
  overdue(visitor: Visitor): void {
    this.#overdue++
    if (!visitor.control) this.#overdueOrdinary++
    const use = visitor.dom === undefined ? undefined : this.#domains.get(visitor.dom)
    if (use !== undefined) use.overdue++
  }

  /** Why a visitor for this domain does not get in, for the message of its deadline. */
  why(dom: string | undefined): string {
    const use = dom === undefined ? undefined : this.#domains.get(dom)
    if (use !== undefined && use.overdue > 0)
      return 'an earlier call to the same domain is unanswered; its QEMU may be stopped or hang'
    return `${this.#underWay} other calls are under way and ${this.#overdue} of them are overdue`
  }

  #admit(): void {
    while (this.#underWay < this.#window) {
      const visitor = this.#next()
      if (visitor === undefined) return
      this.#waitingCount--
      this.#underWay++
      if (!visitor.control) this.#ordinary++
      if (visitor.dom !== undefined) this.#use(visitor.dom).underWay++
      visitor.enter()
    }
  }

  #next(): Visitor | undefined {
    for (const queue of [this.#waiting.control, this.#waiting.ordinary]) {
      if (queue === this.#waiting.ordinary && this.#ordinary >= this.#ordinaryMax) return undefined
      for (let visitor = queue.shift(); visitor !== undefined; visitor = queue.shift()) {
        if (this.#gone.has(visitor)) continue
        if (!this.#mustPark(visitor)) return visitor
        this.#use(visitor.dom!).parked.push(visitor)
      }
    }
    return undefined
  }

  /** Control calls pass: the way out of a hung domain is to destroy it. */
  #mustPark(visitor: Visitor): boolean {
    if (visitor.control || visitor.dom === undefined) return false
    const use = this.#domains.get(visitor.dom)
    return use !== undefined && (use.underWay >= perDomain || use.overdue > 0)
  }

  #use(dom: string): DomainUse {
    const known = this.#domains.get(dom)
    if (known !== undefined) return known
    const use = { underWay: 0, overdue: 0, parked: [] }
    this.#domains.set(dom, use)
    return use
  }
}
