import { apiError } from '../../api/index.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { Lock, TaskObject } from '../../tasks/task.ts'
import type { VmRow } from './vm-store.ts'
import type { Obstacle } from './vm.ts'

/** What every task on one VM is given. */
export type VmInput = {
  readonly vm: VmId
  readonly name: string
  readonly host: HostId
  readonly hostName: string
  readonly uuid: string
  readonly memoryMiB: number
}

/** The input of a task on a VM that stands on one host; what keeps it from being begun is thrown. */
export function vmInput(row: VmRow, obstacle: Obstacle | undefined): VmInput {
  if (obstacle) throw apiError(obstacle.code, obstacle.details)
  const seen = row.sightings[0]!
  return {
    vm: row.id,
    name: row.name,
    host: seen.hostId,
    hostName: seen.host,
    uuid: seen.uuid,
    memoryMiB: row.memory_mib,
  }
}

export const vmObject = (input: Pick<VmInput, 'vm' | 'name'>): TaskObject => ({
  kind: 'vm',
  id: input.vm,
  name: input.name,
})
export const vmLock = (input: Pick<VmInput, 'vm'>, cause: string): Lock => ({ kind: 'vm', id: input.vm, cause })
