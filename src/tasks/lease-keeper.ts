import type { Clock } from '../base/clock.ts'
import type { TaskId } from '../base/ids.ts'
import type { Milliseconds } from '../base/units.ts'
import type { Db } from '../db/open-db.ts'
import { renewLeases } from './claim-tasks.ts'
import type { TaskLease } from './task-lease.ts'

export type LeaseKeeperOptions = {
  readonly db: Db
  readonly clock: Clock
  readonly identity: string
  readonly leaseMs: Milliseconds
  /** The leases of the tasks that run here at this moment. */
  readonly held: () => readonly TaskLease[]
  /** A task was found to be cancelled. */
  readonly cancelled: (id: TaskId) => void
  readonly onTrouble: (sentence: string, cause: unknown) => void
}

/** Renews the leases of running tasks, and tells each that can no longer be relied on, until the signal. */
export async function keepLeases(options: LeaseKeeperOptions, signal: AbortSignal): Promise<void> {
  await Promise.all([renewing(options, signal), watching(options, signal)])
}

async function renewing(options: LeaseKeeperOptions, signal: AbortSignal): Promise<void> {
  const { clock, leaseMs, held, onTrouble } = options
  while (await paused(clock, leaseMs / 4, signal)) {
    const leases = held()
    if (leases.length === 0) continue
    try {
      await renew(options, leases)
    } catch (error) {
      onTrouble('The task leases could not be renewed; it is tried again', error)
    }
  }
}

async function renew(options: LeaseKeeperOptions, leases: readonly TaskLease[]): Promise<void> {
  const { db, clock, identity, leaseMs, held, cancelled } = options
  const askedAt = clock.monotonic()
  const renewed = await renewLeases(db.kysely, identity, leases, leaseMs)
  for (const lease of leases) {
    const row = renewed.find(({ id, epoch }) => id === lease.id && epoch === lease.epoch)
    if (row) lease.renewed(askedAt)
    else if (held().includes(lease)) await askAgain(db, lease)
    if (row?.cancel) cancelled(lease.id)
  }
}

/** Not renewed: it may have ended a moment ago, then nothing is lost. */
async function askAgain(db: Db, lease: TaskLease): Promise<void> {
  const row = await db.kysely.selectFrom('task').select('epoch').where('id', '=', lease.id).executeTakeFirst()
  if (row?.epoch !== lease.epoch) lease.lose('another controller took it over')
}

/** A renewal may hang; whether a lease is too old to rely on is seen without it. */
async function watching({ clock, leaseMs, held }: LeaseKeeperOptions, signal: AbortSignal): Promise<void> {
  while (await paused(clock, leaseMs / 12, signal)) {
    for (const lease of held()) {
      try {
        lease.check()
      } catch {
        // The lease's signal has told its task.
      }
    }
  }
}

/** False when the signal ended the pause. */
async function paused(clock: Clock, ms: Milliseconds, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(ms, signal).catch(() => {})
  return !signal.aborted
}
