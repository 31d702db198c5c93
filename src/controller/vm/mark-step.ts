import { apiError } from '../../api/index.ts'
import { step } from '../../tasks/task.ts'
import { domainOf } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { markerFactsOf } from './vm-edit-store.ts'
import type { VmInput } from './vm-input.ts'
import { startObstacle } from './vm.ts'
import { readOwner, readMarker, removeMarker, writeMarker } from './write-marker.ts'

/** Before Floe starts a VM that was made outside, it puts its marker there: another Floe that sees the host knows at
 *  once whose it is, and two never drive one VM. The task's id in the marker is the proof for the undo. */
export const markStep = step<VmInput, World, undefined>('mark it as ours', {
  repeatable: true,
  do: async (cx) => {
    const { input, task, world } = cx
    // One that runs by now is somebody else's start; it is left as it is.
    if ((await checkAgain(cx, startObstacle, ['vm_running'])) !== undefined) return undefined
    return world.hosts.on(input.host, { vm: input.name, verb: 'marked' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      if (dom === undefined) throw apiError('not_found', { kind: 'VM', name: input.name })
      const owner = await readOwner(call, dom)
      if (owner === world.copy) return undefined
      if (owner !== undefined) throw apiError('vm_foreign', { vm: input.name, owner })
      const facts = await markerFactsOf(world.db, input.vm)
      await writeMarker(call, dom, { ...facts, id: input.vm, floe: world.copy, task: task.id, adopted: true })
      return undefined
    })
  },
  // One that runs after all keeps it: this copy drives it.
  undo: ({ input, task, world }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'left as it was' }, async (link) => {
      const dom = await domainOf(link.call, input.uuid)
      if (dom === undefined || isAlive((await link.call.domainGetState({ dom })).state)) return
      const marker = await readMarker(link.call, dom)
      if (marker?.task !== task.id || marker.floe !== world.copy) return
      await removeMarker(link.call, dom)
      await link.look(input.uuid)
    }),
})
