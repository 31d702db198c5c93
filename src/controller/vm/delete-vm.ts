import { flags } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import type { VolumeId } from '../../base/ids.ts'
import { step, task } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import { usesNow } from '../pool/uses-now.ts'
import { otherReader } from '../pool/volume-lock-store.ts'
import { volumeLock } from '../pool/volume-lock.ts'
import { ownDisksOf, type OwnDisk } from '../pool/volume-store.ts'
import { deleteVolume } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { noteDomain, putBack, type NotedDomain } from './put-back.ts'
import { noteRemoval, wasRemovedBy } from './removal-store.ts'
import { seenAs } from './seen.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'
import { deleteObstacle } from './vm.ts'

/** `disks`: those of its own that go with it; none where they are kept. */
export type DeleteInput = VmInput & { readonly disks: readonly OwnDisk[] }

const undefineFlags =
  flags.domainUndefine.managedSave |
  flags.domainUndefine.snapshotsMetadata |
  flags.domainUndefine.nvram |
  flags.domainUndefine.checkpointsMetadata

type Noted = { readonly domain: NotedDomain | undefined; readonly disks: readonly OwnDisk[] }

/** Notes what will be removed and what it could be put back from, before anything is removed. A disk that another VM
 *  has taken since the request stays; none comes in addition, because only those asked for are locked. */
const noteStep = step<DeleteInput, World, Noted>('note what it has', {
  repeatable: true,
  do: async (cx) => {
    const { input, world } = cx
    await checkAgain(cx, deleteObstacle)
    return world.hosts.on(input.host, { vm: input.name, verb: 'read' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      const own = await ownDisksOf(world.db, { ...input, pool: world.ownPool.name })
      const still = new Set<VolumeId>(own.map((one) => one.id))
      const disks = input.disks.filter((one) => still.has(one.id))
      return { domain: dom && (await noteDomain(call, dom)), disks }
    })
  },
})

/** The definition goes first, because a disk that is left over can be used again and a definition whose disks are gone
 *  cannot. What libvirt keeps beside it (snapshots, a saved state, firmware variables) goes with it for good. That it is
 *  removed is noted after everything that may refuse and right before the call: undo puts back only what has that note. */
const undefineStep = step<DeleteInput, World, undefined>('remove the definition', {
  done: async ({ input, task, world }) =>
    (await wasRemovedBy(world.db, input.vm, task.id)) &&
    (await domainOf((await world.hosts.soon(input.host)).call, input.uuid)) === undefined,
  do: (cx) =>
    cx.world.hosts.on(cx.input.host, { vm: cx.input.name, verb: 'deleted' }, async ({ call }) => {
      const { input, task, world } = cx
      await checkAgain(cx, deleteObstacle, ['not_found'])
      const dom = await domainOf(call, input.uuid)
      // virsh may have started it since the inventory was told.
      if (isAlive(await domainState(call, input.uuid)))
        throw apiError('vm_running', { vm: input.name, host: input.hostName })
      if (dom === undefined) return undefined
      await noteRemoval(world.db, input, task)
      await call.domainUndefineFlags({ dom, flags: undefineFlags }, { deadlineMs: 30_000 })
      return undefined
    }),
  // Without that note it was not this task that removed it: virsh may have moved it, and it would run twice.
  undo: async (cx) => {
    const { domain, disks } = cx.resultIfAny(noteStep) ?? { domain: undefined, disks: [] }
    if (domain && (await wasRemovedBy(cx.world.db, cx.input.vm, cx.task.id))) await putBack(cx, domain, disks)
  },
  deadlineMs: 150_000,
})

/** Before a disk goes: from now on whoever is seen to use it is somebody else. */
const seenGoneStep = step<DeleteInput, World, undefined>('see it gone', {
  do: async ({ input, task, world, signal }) => {
    await seenAs(world, input.vm, 'gone', task.id, signal)
    return undefined
  },
  deadlineMs: 30_000,
})

const disksStep = step<DeleteInput, World, undefined>('remove its disks', {
  when: (input) => input.disks.length > 0,
  repeatable: true,
  do: ({ input, task, world, resultOf, progress, log, signal }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'rid of its disks' }, async (link) => {
      const { disks } = resultOf(noteStep)
      // Somebody may have defined it again, or given a disk to another VM.
      const uses = await usesNow({ db: world.db, call: link.call }, disks)
      for (const [i, disk] of disks.entries()) {
        signal.throwIfAborted()
        progress({ done: i, total: disks.length, unit: 'disks', words: disk.name })
        const use = uses.get(disk.id)
        const reader = await otherReader(world.db, { ...disk, hostName: input.hostName }, task.id)
        if (use !== undefined) log(`${disk.name} is kept: it is ${use} by now.`)
        else if (reader !== undefined) log(`${disk.name} is kept: it ${reader.cause} (task ${reader.task}).`)
        else await deleteVolume(link.call, disk.pool, disk.name)
      }
      await link.refreshStorage()
      return undefined
    }),
  deadlineMs: 300_000,
})

/** Removes a VM's definition, and on request its disks in Floe's own pool that nobody else uses. */
export const deleteVm = task<DeleteInput, World>({
  name: 'vm.delete',
  title: (input) => (input.disks.length > 0 ? `Delete ${input.name} and its disks` : `Delete ${input.name}`),
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [
    vmLock(input, 'is being deleted'),
    ...input.disks.map((disk) => volumeLock({ ...disk, hostName: input.hostName }, `is removed with ${input.name}`)),
  ],
  steps: [noteStep, undefineStep, seenGoneStep, disksStep],
})
