import type { AnyTaskKind } from '../tasks/task.ts'
import { addHost, refreshHost } from './host/add-host.ts'
import { createVm } from './vm/create-vm.ts'
import { deleteVm } from './vm/delete-vm.ts'
import { powerOffVm } from './vm/power-off-vm.ts'
import { shutDownVm } from './vm/shut-down-vm.ts'
import { startVm } from './vm/start-vm.ts'
import { takeOverVm } from './vm/take-over-vm.ts'
import type { World } from './world.ts'

/** Every kind of task. A kind that is stored with an open task must stay here until no such task can be open. */
export const taskKinds: readonly AnyTaskKind<World>[] = [
  addHost,
  refreshHost,
  createVm,
  startVm,
  shutDownVm,
  powerOffVm,
  deleteVm,
  takeOverVm,
]
