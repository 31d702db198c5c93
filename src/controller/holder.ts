import { readFileSync, readlinkSync } from 'node:fs'

import { sql, type Kysely } from 'kysely'

import type { Tables } from '../db/tables.ts'

/** Name of this process as a holder of task leases: machine, PID namespace, process and the tick it began at. No two
 *  processes share it, and another process of the same machine can see whether it lives. Source: proc(5). */
export const holderName = (): string => `${machine()}:${process.pid}:${beganAt(process.pid) ?? ''}`

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
  return at !== undefined && at === machine() && beganAt(Number(pid)) !== began
}

function machine(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return `${boot}:${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`
}

/** Field 22 of /proc/PID/stat, counted after the command's name, which may hold spaces and brackets itself. */
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
