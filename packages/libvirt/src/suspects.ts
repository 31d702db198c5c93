/** Domains that hang, as far as is known: a call to them was given up by its caller and is still unanswered. Shared by
 *  the connections of one link, so that a fresh connection does not feed the same domain again. */
export class Suspects {
  readonly #unanswered = new Map<string, number>()
  readonly #listeners = new Set<(subject: string) => void>()

  has(subject: string): boolean {
    return this.#unanswered.has(subject)
  }

  add(subject: string): void {
    this.#unanswered.set(subject, (this.#unanswered.get(subject) ?? 0) + 1)
  }

  remove(subject: string): void {
    const left = (this.#unanswered.get(subject) ?? 1) - 1
    if (left > 0) {
      this.#unanswered.set(subject, left)
      return
    }
    this.#unanswered.delete(subject)
    for (const listener of this.#listeners) listener(subject)
  }

  /** Hears which subject is no longer suspected. */
  onCleared(listener: (subject: string) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }
}
