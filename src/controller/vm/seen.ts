import type { TaskId, VmId } from '../../base/ids.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { sightingsOf, wasStartedBy } from './sighting-store.ts'

/** Waits until the inventory shows a VM as `wanted`: no screen, and no task, says what libvirt has not said.
 *  `alive` is also true for a guest that ran and has ended since: its start was seen. */
export async function seenAs(
  world: World,
  vm: VmId,
  wanted: 'alive' | 'off' | 'defined' | 'gone',
  task: TaskId,
  signal: AbortSignal,
): Promise<void> {
  await world.notices.until(
    vm,
    async () => {
      const rows = await sightingsOf(world.db, vm)
      // What a silent host showed last is shown as unknown: it is seen when the host is back.
      if (rows.some((row) => row.host !== 'up')) return undefined
      switch (wanted) {
        case 'alive':
          return rows.some(runs) || (await wasStartedBy(world.db, vm, task)) || undefined
        case 'off':
          return rows.every((row) => !isAlive(row.state)) || undefined
        case 'defined':
          return rows.length > 0 || undefined
        case 'gone':
          return rows.length === 0 || undefined
      }
    },
    signal,
  )
}

// libvirt shows a domain as paused for the moment in which it makes it ready.
const runs = ({ state, reason }: { readonly state: string; readonly reason: string | null }): boolean =>
  isAlive(state) && !(state === 'paused' && reason === 'starting-up')
