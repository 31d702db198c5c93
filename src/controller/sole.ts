import type { Logger } from 'pino'

import { systemClock } from '../base/clock.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Db } from '../db/open-db.ts'
import { tryLock, type SoleLock } from './sole-lock.ts'

/** Being the one controller of a database: two would both act on the same hosts. Given back the moment this process
 *  dies. */
export interface Sole extends AsyncDisposable {
  readonly lost: boolean
  /** Called once when another controller has taken over; at once when that has happened already. */
  onLost(listener: () => void): void
}

export type SoleOptions = {
  readonly log: Logger
  readonly signal: AbortSignal
  /** The connection that holds the lock is tried so often; default 5 s. */
  readonly heartbeatMs?: Milliseconds
  /** Without an answer for so long it counts as broken; default 10 s. */
  readonly deadlineMs?: Milliseconds
}

/** Waits until no other controller uses the database. When the connection breaks, or the network loses it, the lock is
 *  taken again; when somebody else has it then, this controller must end. Rejects with the signal's reason, and with
 *  what the database refuses at the first try. */
export async function becomeSole(db: Pick<Db, 'place'>, o: SoleOptions): Promise<Sole> {
  const { heartbeatMs = 5000, deadlineMs = 10_000 } = o
  const listeners = new Set<() => void>()
  const ending = new AbortController()
  let lost = false
  let lock = await taken(db, { ...o, deadlineMs })

  const hold = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await lock.broken(heartbeatMs, ending.signal)
      if (ending.signal.aborted) return
      o.log.warn('The connection that makes this the only controller broke; it is made again.')
      const next = await retake(db, { deadlineMs, former: lock.backend, signal: ending.signal })
      if (next === 'other') {
        lost = true
        for (const listener of listeners) listener()
        return
      }
      if (next) lock = next
    }
  }
  const holding = hold()
  return {
    get lost() {
      return lost
    },
    onLost: (listener) => {
      if (lost) listener()
      else listeners.add(listener)
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      await holding
      await lock.end()
    },
  }
}

type TakeOptions = { readonly log: Logger; readonly signal: AbortSignal; readonly deadlineMs: Milliseconds }

async function taken(db: Pick<Db, 'place'>, { log, signal, deadlineMs }: TakeOptions): Promise<SoleLock> {
  for (let tries = 0; ; tries++) {
    signal.throwIfAborted()
    const lock = await tryLock(db, { deadlineMs })
    if (lock) return lock
    if (tries === 0) log.warn('Another controller uses this database. Waiting until it ends.')
    await systemClock.sleep(250, signal)
  }
}

type RetakeOptions = {
  readonly deadlineMs: Milliseconds
  readonly former: SoleLock['backend']
  readonly signal: AbortSignal
}

async function retake(db: Pick<Db, 'place'>, { signal, ...o }: RetakeOptions): Promise<SoleLock | 'other' | undefined> {
  while (!signal.aborted) {
    try {
      return (await tryLock(db, o)) ?? 'other'
    } catch {
      await systemClock.sleep(250, signal).catch(() => {}) // the database is away: nobody can have taken it either
    }
  }
  return undefined
}
