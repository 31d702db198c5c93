import type { VmId } from '../../base/ids.ts'

/** Who waits for the inventory to show something of a VM. */
export class Notices {
  readonly #waiting = new Map<VmId, Set<() => void>>()

  /** The inventory has written something about these VMs. */
  tell(vms: Iterable<VmId>): void {
    for (const vm of vms) for (const wake of this.#waiting.get(vm) ?? []) wake()
  }

  /** The first answer of `look` that is not undefined. Looks now, whenever the VM is told of, and every 2 s, because
   *  another controller's writes are not told here. Rejects with the signal's reason. */
  async until<T>(vm: VmId, look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T> {
    while (true) {
      signal.throwIfAborted()
      const told = Promise.withResolvers<void>()
      const waiting = this.#waiting.get(vm) ?? new Set()
      this.#waiting.set(vm, waiting.add(told.resolve))
      const timer = setTimeout(told.resolve, 2000)
      const stop = (): void => told.reject(signal.reason)
      signal.addEventListener('abort', stop, { once: true })
      try {
        const found = await look()
        if (found !== undefined) {
          told.resolve()
          return found
        }
        await told.promise
      } finally {
        told.promise.catch(() => {})
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        waiting.delete(told.resolve)
        if (waiting.size === 0) this.#waiting.delete(vm)
      }
    }
  }
}
