import { task } from '../../tasks/task.ts'
import type { World } from '../world.ts'
import { markStep } from './mark-step.ts'
import { seenRunningStep, startStep } from './start-steps.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'

/** Starts a VM on the host that has it. */
export const startVm = task<VmInput, World>({
  name: 'vm.start',
  title: (input) => `Start ${input.name}`,
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [vmLock(input, 'is being started')],
  steps: [markStep, startStep, seenRunningStep],
})
