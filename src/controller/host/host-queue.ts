/** One thing after the other, so that what is written about one host never races. A failure is its caller's alone. */
export class HostQueue {
  #turn: Promise<unknown> = Promise.resolve()

  add<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Resolves when all that was added so far has ended. */
  async ended(): Promise<void> {
    await this.#turn
  }
}
