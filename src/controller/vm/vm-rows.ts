import type { Static } from 'typebox'

import type { Vm, VmState } from '../../api/resources/vm.ts'
import type { VmRow } from './vm-store.ts'
import { problemOf, type VmFacts } from './vm.ts'

/** A VM's row as the API shows it. */
export function toVm(row: VmRow): Static<typeof Vm> {
  const [seen] = row.sightings
  const { drift } = row.summary
  const state = row.state as VmState
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    state: state === ('nostate' as string) ? 'unknown' : state,
    reason: seen?.reason ?? null,
    since: seen ? new Date(seen.activeSince ?? seen.since).toISOString() : null,
    host: seen?.host ?? null,
    uuid: seen?.uuid ?? null,
    memoryMiB: row.memory_mib,
    vcpus: row.vcpus,
    tags: row.tags,
    notes: row.notes,
    protected: row.protected,
    sample: row.sample,
    ours: row.owner_copy === null && (row.made_by !== null || row.summary.marked === true),
    foreign: row.owner_copy,
    lock: row.lock && { task: row.lock.task, cause: row.lock.cause, since: new Date(row.lock.since).toISOString() },
    drift: drift ?? null,
    problem: problemOf({ ...toFacts(row), reason: seen?.reason ?? null }),
    createdAt: row.made_by === null ? null : row.created_at.toISOString(),
    createdBy: row.created_by,
    knownSince: row.created_at.toISOString(),
    revision: row.revision,
  }
}

/** What the rules look at. */
export const toFacts = (row: VmRow): VmFacts => ({
  id: row.id,
  name: row.name,
  ownerCopy: row.owner_copy,
  protected: row.protected,
  lock: row.lock,
  sightings: row.sightings.map((one) => ({ ...one, hostSince: new Date(one.hostSince) })),
})
