import { step, task } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { seenAs } from './seen.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'

const destroyStep = step<VmInput, World, undefined>('power off', {
  done: async ({ input, world }) => !isAlive(await domainState((await world.hosts.soon(input.host)).call, input.uuid)),
  do: ({ input, world, signal }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'powered off' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      // libvirt asks QEMU to end and kills it after 10 s; one that hangs in storage takes all of that.
      if (dom && isAlive((await call.domainGetState({ dom })).state))
        await call.domainDestroyFlags({ dom }, { deadlineMs: 45_000, signal })
      return undefined
    }),
  deadlineMs: 60_000,
})

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
