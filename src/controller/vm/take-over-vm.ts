import { apiError } from '../../api/index.ts'
import { step, task } from '../../tasks/task.ts'
import { domainOf } from '../host/domain-of.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'
import { vmsByIds } from './vm-store.ts'
import { takeOverObstacle } from './vm.ts'
import { readMarker, writeMarker } from './write-marker.ts'

const isGone = ({ name }: VmInput): Error => apiError('not_found', { kind: 'VM', name })

/** Writes this copy's marker into the domain. The other Floe sees that at once and leaves the VM alone from then on. */
const markStep = step<VmInput, World, undefined>('mark it as ours', {
  repeatable: true,
  do: (cx) =>
    cx.world.hosts.on(cx.input.host, { vm: cx.input.name, verb: 'taken over' }, async ({ call }) => {
      const { input, task, world } = cx
      await checkAgain(cx, takeOverObstacle)
      const dom = await domainOf(call, input.uuid)
      if (dom === undefined) throw isGone(input)
      const was = await readMarker(call, dom)
      await writeMarker(call, dom, {
        tags: [],
        protected: false,
        ...was,
        id: input.vm,
        floe: world.copy,
        task: task.id,
      })
      return undefined
    }),
})

const seenStep = step<VmInput, World, undefined>('see it as ours', {
  do: async ({ input, world, signal }) => {
    const link = await world.hosts.soon(input.host)
    await link.look(input.uuid)
    await world.notices.until(
      input.vm,
      async () => {
        const [row] = await vmsByIds(world.db, [input.vm], ['all'])
        if (row === undefined || row.sightings.length === 0) throw isGone(input)
        return row.owner_copy === null || undefined
      },
      signal,
    )
    return undefined
  },
  deadlineMs: 30_000,
})

/** Takes over a VM that another Floe ran. */
export const takeOverVm = task<VmInput, World>({
  name: 'vm.take-over',
  title: (input) => `Take over ${input.name}`,
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [vmLock(input, 'is being taken over')],
  steps: [markStep, seenStep],
})
