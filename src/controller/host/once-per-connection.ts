import type { Connection, Link } from '@floe/libvirt'

/** Answers that hold as long as a connection does: what a host is does not change while its libvirtd runs. Who asks
 *  while the same is being asked gets the same answer; one that failed is asked anew. */
export class OncePerConnection {
  readonly #link: Link
  readonly #asked = new Map<string, { readonly on: Connection | undefined; readonly answer: Promise<unknown> }>()

  constructor(link: Link) {
    this.#link = link
  }

  /** `what` names the question, and with it the type of its answer. */
  ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    const on = this.#link.connection()
    const known = this.#asked.get(what)
    if (known !== undefined && known.on === on) return known.answer as Promise<T>
    const answer = question()
    const entry = { on, answer }
    this.#asked.set(what, entry)
    answer.catch(() => {
      if (this.#asked.get(what) === entry) this.#asked.delete(what)
    })
    return answer
  }
}
