import { apiError } from '../../api/index.ts'
import type { TaskId } from '../../base/ids.ts'
import { taskError } from '../../tasks/task-errors.ts'
import { otherReader, otherWriter } from '../pool/volume-lock-store.ts'
import { usersOfVolumes, useInWords } from '../pool/volume-users.ts'
import type { World } from '../world.ts'
import { usersInTheWay } from './choose-disks.ts'
import { freeName, type CreatePlan } from './create-plan.ts'
import { takenNames } from './vm-store.ts'

/** Looks once more at what a plan rests on, under the task's locks of the name and the disks: another creation may have
 *  ended since the plan was made, and virsh asks nobody. Throws `name_taken`, `image_in_use`, `object_locked`. */
export async function checkPlanAgain(
  { db }: World,
  { vm, name, hostName, disks }: CreatePlan,
  task: TaskId,
): Promise<void> {
  const taken = await takenNames(db, name, vm)
  if (taken.has(name)) throw apiError('name_taken', { name, free: freeName(name, taken) })
  const existing = disks.filter((disk) => disk.kind === 'existing')
  const users = await usersOfVolumes(
    db,
    existing.map((disk) => disk.volume),
  )
  for (const disk of existing) {
    const other = disk.device === 'disk' ? otherReader : otherWriter
    const holder = await other(db, { ...disk, hostName }, task)
    if (holder !== undefined) throw taskError('object_locked', holder)
    const others = (users.get(disk.volume) ?? []).filter((one) => one.id !== vm)
    const use = useInWords(usersInTheWay(others, disk.device))
    if (use !== undefined) throw apiError('image_in_use', { name: disk.name, use })
  }
}
