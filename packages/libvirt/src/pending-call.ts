import type { Visitor } from './gate.ts'
import type { ProcedureName } from './table/calls.ts'
import type { Procedure } from './table/procedure.ts'

/** One call from its wish to its answer: it waits for a place, is sent, and is answered; or its caller gives up, and
 *  then the place stays taken until the daemon answers all the same. */
export class PendingCall implements Visitor {
  readonly name: ProcedureName
  readonly serial: number
  readonly subject: string | undefined
  readonly control: boolean
  readonly slow: boolean
  readonly answer: Promise<unknown>
  /** Runs while the reply is decoded. */
  readonly onReply: (value: unknown) => void
  readonly #send: () => void
  readonly #evicted: () => Error
  readonly #settle: PromiseWithResolvers<unknown>
  #sent = false
  #over = false

  constructor(o: {
    readonly name: ProcedureName
    readonly serial: number
    readonly row: Procedure
    readonly args: unknown
    readonly onReply: ((value: unknown) => void) | undefined
    readonly send: () => void
    readonly evicted: () => Error
  }) {
    this.name = o.name
    this.serial = o.serial
    this.control = o.row.control === true
    this.slow = o.row.slow === true
    this.subject = subjectOf(o.name, o.args)
    this.onReply = o.onReply ?? (() => {})
    this.#send = o.send
    this.#evicted = o.evicted
    this.#settle = Promise.withResolvers<unknown>()
    this.answer = this.#settle.promise
  }

  get sent(): boolean {
    return this.#sent
  }

  /** The caller has its answer, or has given up. */
  get over(): boolean {
    return this.#over
  }

  enter(): void {
    this.#sent = true
    this.#send()
  }

  evict(): void {
    this.fail(this.#evicted())
  }

  succeed(value: unknown): void {
    this.#over = true
    this.#settle.resolve(value)
  }

  fail(error: unknown): void {
    this.#over = true
    this.#settle.reject(error)
  }
}

type Named = { readonly uuid?: unknown }
type Subjects = {
  readonly dom?: Named
  readonly doms?: readonly Named[]
  readonly snapshot?: { readonly dom?: Named }
  readonly checkpoint?: { readonly dom?: Named }
}

/** What a hanging QEMU would hold: the domain's UUID, or the one call that asks all domains at once. */
function subjectOf(name: ProcedureName, args: unknown): string | undefined {
  const { dom, doms, snapshot, checkpoint } = (args ?? {}) as Subjects
  const subject = dom ?? snapshot?.dom ?? checkpoint?.dom ?? (doms?.length === 1 ? doms[0] : undefined)
  if (typeof subject?.uuid === 'string') return subject.uuid.toLowerCase()
  return name === 'connectGetAllDomainStats' ? name : undefined
}
