import type { TaskId, VmId } from '../../base/ids.ts'
import type { Milliseconds } from '../../base/units.ts'
import type { StepContext } from '../../tasks/task.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import type { VmInput } from './vm-input.ts'
import { readSightingsOf, wasStartedBy } from './vm-sightings.ts'

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
      const rows = await readSightingsOf(world.db, vm)
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

type Cx = Pick<StepContext<VmInput, World>, 'input' | 'task' | 'world' | 'signal' | 'log'>

/** Waits as `seenAs` does, but for a minute at most, and then says so in the task's log: what libvirt has said that it
 *  did is not undone because its host is silent since or the inventory is late. `did` and `not` complete "NAME ...". */
export async function seenOrTold(
  { input, task, world, signal, log }: Cx,
  wanted: 'alive' | 'defined',
  words: { readonly did: string; readonly not: string },
  patienceMs: Milliseconds = 60_000,
): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs)
  try {
    await seenAs(world, input.vm, wanted, task.id, AbortSignal.any([signal, patience]))
  } catch (error) {
    if (!patience.aborted || signal.aborted) throw error
    const seconds = patienceMs / 1000
    log(`${input.name} ${words.did}, but ${words.not} after ${seconds} s; its page shows it as soon as the host tells.`)
  }
}

// libvirt shows a domain as paused for the moment in which it makes it ready.
const runs = ({ state, reason }: { readonly state: string; readonly reason: string | null }): boolean =>
  isAlive(state) && !(state === 'paused' && reason === 'starting-up')
