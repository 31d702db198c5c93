import type { Task, Vm } from './resources.ts'

/** Why a VM is locked while a task of this kind runs, in the words the API uses. */
const causes: Readonly<Record<string, string>> = {
  'vm.start': 'is being started',
  'vm.shutdown': 'is being shut down',
  'vm.poweroff': 'is being powered off',
  'vm.create': 'is being created',
  'vm.delete': 'is being deleted',
}

/** A VM as a task's news leaves it: locked while the task runs, free when it has ended. Such news carries no row of the VM. */
export const withTask = <T extends Vm>(vm: T, task: Task): T => {
  if (task.object?.kind !== 'vm' || task.object.id !== vm.id) return vm
  if (task.endedAt !== null) return vm.lock?.task === task.number ? { ...vm, lock: null } : vm
  const cause = causes[task.kind]
  if (vm.lock !== null || cause === undefined || task.startedAt === null) return vm
  return { ...vm, lock: { task: task.number, cause, since: task.startedAt } }
}
