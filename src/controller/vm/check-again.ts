import { apiError } from '../../api/index.ts'
import type { StepContext } from '../../tasks/task.ts'
import type { World } from '../world.ts'
import type { VmInput } from './vm-input.ts'
import { toFacts } from './vm-rows.ts'
import { vmsByIds } from './vm-store.ts'
import type { Obstacle, VmFacts } from './vm.ts'

type Rule = (vm: VmFacts, asks: string) => Obstacle | undefined
type Cx = Pick<StepContext<VmInput, World>, 'input' | 'task' | 'world' | 'signal'>

/** A restart of libvirtd is over by then. */
const patienceMs = 15_000

/** Asks the rule that a task was begun under once more, right before an effect: since then another Floe may have taken
 *  the VM, virsh may have moved or started it, its host may have gone silent, somebody may have protected it. What the
 *  task's own effect may have brought about is in `reached`: that is answered, everything else is thrown. */
export async function checkAgain(
  { input, task, world, signal }: Cx,
  rule: Rule,
  reached: readonly Obstacle['code'][] = [],
): Promise<Obstacle['code'] | undefined> {
  const vm = await knownFacts(world, input, signal)
  // First of all: that it runs on another host must not pass for "it runs, as was wanted".
  const obstacle = movedAway(vm, input) ?? rule(vm, task.id)
  if (obstacle === undefined || reached.includes(obstacle.code)) return obstacle?.code
  throw apiError(obstacle.code, obstacle.details)
}

/** The VM as it is known now. What a silent host showed may be old: that host is waited for a little. */
async function knownFacts(world: World, input: VmInput, signal: AbortSignal): Promise<VmFacts> {
  const patience = AbortSignal.timeout(patienceMs)
  const look = async (): Promise<VmFacts> => {
    const [row] = await vmsByIds(world.db, [input.vm], ['all'])
    return row ? toFacts(row) : nowhere(input)
  }
  const whenSure = async (): Promise<VmFacts | undefined> => {
    const vm = await look()
    return vm.sightings.every((one) => one.hostUp) ? vm : undefined
  }
  try {
    return await world.notices.until(input.vm, whenSure, AbortSignal.any([signal, patience]))
  } catch (error) {
    if (signal.aborted || !patience.aborted) throw error
    return look()
  }
}

const nowhere = ({ vm, name }: VmInput): VmFacts => ({
  id: vm,
  name,
  ownerCopy: null,
  protected: false,
  lock: null,
  sightings: [],
})

/** A VM that another host has by now (virsh moved it while this task waited) is not touched where it was. One that both
 *  have is not moved: the rules say what that is. */
function movedAway({ name, sightings }: VmFacts, { host }: VmInput): Obstacle | undefined {
  if (sightings.some((one) => one.hostId === host)) return undefined
  const [elsewhere] = sightings
  return elsewhere && { code: 'vm_moved', details: { vm: name, host: elsewhere.host } }
}
