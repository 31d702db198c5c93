import { readlinkSync } from 'node:fs'

import { sql, type Kysely } from 'kysely'

import { bootId, identify } from '../db/cluster/index.ts'
import type { Tables } from '../db/tables.ts'

/** Name of this process as a holder of task leases: machine, PID namespace, process and the tick it began at. No two
 *  processes share it, and another process of the same machine can see whether it lives. Source: proc(5). */
export const holderName = (): string => `${machine()}:${process.pid}:${identify(process.pid)?.started ?? ''}`

/** Takes the leases from controllers that are proved to be dead, so that their tasks go on at once and not when the
 *  lease has run out. One that ran on another machine keeps its lease: nothing is known of it. */
export async function releaseDeadHolders(db: Kysely<Tables>): Promise<void> {
  const rows = await db
    .selectFrom('task')
    .select('lease_holder')
    .distinct()
    .where('ended_at', 'is', null)
    .where('lease_holder', 'is not', null)
    .execute()
  const dead = rows.flatMap(({ lease_holder }) => (lease_holder !== null && isDead(lease_holder) ? [lease_holder] : []))
  if (dead.length === 0) return
  await db
    .updateTable('task')
    .set({ lease_holder: null, lease_until: null })
    .where('ended_at', 'is', null)
    .where('lease_holder', '=', sql<string>`any(${dead}::text[])`)
    .execute()
}

/** True only on proof: of this machine since this boot, and no such process. */
export function isDead(holder: string): boolean {
  const [, at, pid, began] = /^(.*):(\d+):(\d+)$/.exec(holder) ?? []
  return at !== undefined && at === machine() && identify(Number(pid))?.started !== began
}

const machine = (): string => `${bootId()}:${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`
