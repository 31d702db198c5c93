import type { Kysely } from 'kysely'

import type { Tables } from '../../db/tables.ts'
import { aliveOf } from './session-store.ts'

const lookEveryMs = 30_000

/** Whoever hangs on a session (a stream, a console) hears of its end: at once when this process ended it, within 30 s
 *  when its age, another controller or an administrator did. */
export function createSessionWatch(db: Kysely<Tables>, onError: (error: unknown) => void) {
  const watchers = new Map<string, Set<() => void>>()

  const end = (hashes: Iterable<string>): void => {
    for (const hash of hashes) {
      const told = watchers.get(hash)
      watchers.delete(hash)
      for (const ended of told ?? []) ended()
    }
  }
  const look = async (): Promise<void> => {
    const hashes = [...watchers.keys()]
    const alive = await aliveOf(db, hashes)
    end(hashes.filter((hash) => !alive.has(hash)))
  }
  const timer = setInterval(() => void look().catch(onError), lookEveryMs)
  timer.unref()

  const watch = (hash: string, ended: () => void): Disposable => {
    const told = watchers.get(hash) ?? new Set()
    watchers.set(hash, told.add(ended))
    const leave = (): void => {
      told.delete(ended)
      if (told.size === 0 && watchers.get(hash) === told) watchers.delete(hash)
    }
    return { [Symbol.dispose]: leave }
  }
  return { watch, end, look, [Symbol.dispose]: () => clearInterval(timer) }
}
