import type { LibvirtEvent, Resync } from './table/events.ts'

type Item = LibvirtEvent | Resync

/** What waits for one listener: bounded. Past the bound everything waiting is replaced by one resync, because the
 *  listener has to list again anyway. */
export class EventQueue {
  readonly #capacity: number
  #items: Item[] = []
  #head = 0
  #begun = false
  #wake: (() => void) | undefined
  #end: { readonly error: Error | undefined } | undefined

  constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity)
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  push(item: Item): void {
    if (this.#end !== undefined) return
    if (this.#items.length - this.#head >= this.#capacity) this.resync('overflow')
    else this.#items.push(item)
    this.#wake?.()
  }

  /** The first item, before whatever has come in already. */
  begin(missing: Resync['missing']): void {
    if (this.#end !== undefined) return
    this.#items = [{ kind: 'resync', why: 'subscribed', missing }, ...this.#items.slice(this.#head)]
    this.#head = 0
    this.#begun = true
    this.#wake?.()
  }

  /** Everything that waits is void: the listener lists again. */
  resync(why: 'overflow' | 'unreadable'): void {
    if (this.#end !== undefined) return
    this.#items = [{ kind: 'resync', why, missing: [] }]
    this.#head = 0
    this.#wake?.()
  }

  /** Nothing more: what waits is dropped; the next read throws the error, or ends. */
  end(error?: Error): void {
    this.#end ??= { error }
    this.#items = []
    this.#head = 0
    this.#wake?.()
  }

  /** The next item; undefined when the queue has ended. */
  async next(): Promise<Item | undefined> {
    while (!this.#begun || this.#head >= this.#items.length) {
      if (this.#end?.error !== undefined) throw this.#end.error
      if (this.#end !== undefined) return undefined
      await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = undefined
    }
    const item = this.#items[this.#head++]!
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head >= 1024) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
