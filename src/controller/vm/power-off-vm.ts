import { LibvirtError } from '@floe/libvirt'

import { step, task } from '../../tasks/task.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { seenAs } from './seen.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'
import { powerOffObstacle } from './vm.ts'

/** Asks the host nothing before: a QEMU that hangs answers nothing, and this is the way out of it. */
const destroyStep = step<VmInput, World, undefined>('power off', {
  repeatable: true,
  do: (cx) =>
    cx.world.hosts.on(cx.input.host, { vm: cx.input.name, verb: 'powered off' }, async ({ call }) => {
      const { input, signal } = cx
      // What the inventory has as off may have been started a moment ago: the host decides.
      await checkAgain(cx, powerOffObstacle, ['vm_not_running', 'not_found'])
      const dom = { name: input.name, uuid: input.uuid, id: -1 }
      try {
        // libvirt asks QEMU to end and kills it after 10 s; one that hangs in storage takes all of that.
        await call.domainDestroyFlags({ dom }, { deadlineMs: 45_000, signal })
      } catch (error) {
        if (!(error instanceof LibvirtError) || !offAlready.has(error.code)) throw error
      }
      return undefined
    }),
  deadlineMs: 60_000,
})

const offAlready = new Set(['NO_DOMAIN', 'OPERATION_INVALID'])

const seenOffStep = step<VmInput, World, undefined>('see it off', {
  do: async ({ input, task, world, signal }) => {
    await seenAs(world, input.vm, 'off', task.id, signal)
    return undefined
  },
  deadlineMs: 30_000,
})

/** Powers a VM off as if its plug were pulled. */
export const powerOffVm = task<VmInput, World>({
  name: 'vm.poweroff',
  title: (input) => `Power off ${input.name}`,
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [vmLock(input, 'is being powered off')],
  steps: [destroyStep, seenOffStep],
})
