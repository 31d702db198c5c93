import { flags, type Api } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { step, task } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import { deleteVolume, findVolume } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { isUsed, ownDisksOf } from './own-disks.ts'
import { seenAs } from './seen.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'

export type DeleteInput = VmInput & { readonly disks: 'keep' | 'remove' }

const undefineFlags =
  flags.domainUndefine.managedSave |
  flags.domainUndefine.snapshotsMetadata |
  flags.domainUndefine.nvram |
  flags.domainUndefine.checkpointsMetadata

type Noted = { readonly xml: string; readonly volumes: readonly { readonly pool: string; readonly name: string }[] }

/** Notes what will be removed and the definition it could be put back from, before anything is removed. */
const noteStep = step<DeleteInput, World, Noted>('note what it has', {
  do: ({ input, world }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'read' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      if (dom === undefined) return { xml: '', volumes: [] }
      await assertOff(call, input)
      const { xml } = await call.domainGetXmlDesc({ dom, flags: flags.domainXml.inactive })
      return { xml, volumes: input.disks === 'remove' ? await ownDisksOf(world, input) : [] }
    }),
})

const undefineStep = step<DeleteInput, World, undefined>('remove the definition', {
  done: async ({ input, world }) =>
    (await domainOf((await world.hosts.soon(input.host)).call, input.uuid)) === undefined,
  do: ({ input, world }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'deleted' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      await assertOff(call, input)
      if (dom) await call.domainUndefineFlags({ dom, flags: undefineFlags }, { deadlineMs: 30_000 })
      return undefined
    }),
  // Put back only while every disk is still there: a definition without its disks would be no undo.
  undo: async ({ input, task, world, resultIfAny, signal }) => {
    const noted = resultIfAny(noteStep)
    if (noted === undefined || noted.xml === '') return
    const there = await world.hosts.on(input.host, { vm: input.name, verb: 'defined again' }, async ({ call }) => {
      if ((await domainOf(call, input.uuid)) !== undefined) return true
      const disks = await Promise.all(noted.volumes.map((one) => findVolume(call, one.pool, one.name)))
      if (disks.some((one) => one === undefined)) return false
      await call.domainDefineXmlFlags({ xml: noted.xml })
      return true
    })
    // While the lock is held: what is seen after it would look like somebody else's doing.
    if (there) await seenAs(world, input.vm, 'defined', task.id, signal)
  },
})

const disksStep = step<DeleteInput, World, undefined>('remove its disks', {
  do: ({ input, world, resultOf, progress, signal }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'rid of its disks' }, async (link) => {
      const { volumes } = resultOf(noteStep)
      for (const [i, one] of volumes.entries()) {
        progress({ done: i, total: volumes.length, unit: 'disks', words: one.name })
        signal.throwIfAborted()
        // Whoever started it outside, or took the disk for another VM meanwhile, keeps the disk.
        await assertOff(link.call, input)
        if (await isUsed(world, input, one)) continue
        await deleteVolume(link.call, one.pool, one.name)
      }
      if (volumes.length > 0) await link.refreshStorage()
      return undefined
    }),
  deadlineMs: 300_000,
})

/** Asked before each thing that is removed: virsh may have started it since. */
async function assertOff(call: Api, input: DeleteInput): Promise<void> {
  if (isAlive(await domainState(call, input.uuid)))
    throw apiError('vm_running', { vm: input.name, host: input.hostName })
}

const seenGoneStep = step<DeleteInput, World, undefined>('see it gone', {
  do: async ({ input, task, world, signal }) => {
    await seenAs(world, input.vm, 'gone', task.id, signal)
    return undefined
  },
  deadlineMs: 30_000,
})

/** Removes a VM's definition, and on request the disks that Floe made for it and nobody else uses. */
export const deleteVm = task<DeleteInput, World>({
  name: 'vm.delete',
  title: (input) => (input.disks === 'remove' ? `Delete ${input.name} and its disks` : `Delete ${input.name}`),
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [vmLock(input, 'is being deleted')],
  steps: [noteStep, undefineStep, disksStep, seenGoneStep],
})
