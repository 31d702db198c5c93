import { randomBytes } from 'node:crypto'

import { flags, LibvirtError } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { parseMarker, toDomainXml, type Choice, type DiskSpec, type VmSpec } from '../../domain/index.ts'
import { sampleCommandLine } from '../../setup/sample/index.ts'
import { step, task, type Lock, type StepContext } from '../../tasks/task.ts'
import { domainOf } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import { usesNow } from '../pool/uses-now.ts'
import { volumeLock, volumeReadLock } from '../pool/volume-lock.ts'
import { volumesNamed } from '../pool/volume-store.ts'
import { createVolume, deleteVolume, findVolume } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { checkPlanAgain } from './check-plan-again.ts'
import type { PlannedDisk } from './choose-disks.ts'
import type { CreatePlan } from './create-plan.ts'
import { forgetVm, rememberVm } from './new-vm-store.ts'
import { ensureSampleImages, type SampleImages } from './sample-images.ts'
import { seenAs, seenOrTold } from './seen.ts'
import { seenRunningStep, startStep } from './start-steps.ts'
import { rememberChoices } from './vm-edit-store.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'

export type CreateInput = CreatePlan & VmInput

/** The name says whose it is: undo and a second try find by it what this task made, and nothing else. */
export const volumeName = (vm: string, taskId: string, index: number, format: string): string =>
  `${vm}-${taskId.slice(-8)}-${index + 1}.${format}`

const recordStep = step<CreateInput, World, undefined>('record it', {
  repeatable: true,
  do: async ({ input, task, world, log }) => {
    await checkPlanAgain(world, input, task.id)
    await rememberVm(world.db, input, task)
    for (const { title } of input.warnings) log(title)
    return undefined
  },
  undo: ({ input, task, world }) => forgetVm(world.db, input, task),
})

const sampleStep = step<CreateInput, World, SampleImages | undefined>('bring the sample guest', {
  when: (input) => input.sample,
  repeatable: true,
  do: async ({ input, world, signal, progress }) => {
    progress({ words: 'Copying kernel and memory disk' })
    return world.hosts.on(input.host, { vm: input.name, verb: 'given its kernel' }, (link) =>
      ensureSampleImages(world, link, signal),
    )
  },
  deadlineMs: 300_000,
})

const disksStep = step<CreateInput, World, undefined>('make its disks', {
  when: (input) => newDisks(input).length > 0,
  repeatable: true,
  do: ({ input, task, world, progress, signal }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'given its disks' }, async (link) => {
      const fresh = newDisks(input)
      for (const [i, disk] of fresh.entries()) {
        signal.throwIfAborted()
        const name = volumeName(input.name, task.id, i, disk.format)
        progress({ done: i, total: fresh.length, unit: 'disks', words: name })
        if ((await findVolume(link.call, world.ownPool.name, name)) === undefined)
          await createVolume(link.call, world.ownPool.name, {
            name,
            format: disk.format,
            capacityBytes: disk.sizeBytes,
          })
      }
      await link.refreshStorage()
      return undefined
    }),
  undo: (cx) => removeDisks(cx),
  deadlineMs: 300_000,
})

/** Removes the disks that this task made, unless they are somebody's by now: a domain that no longer carries this task's
 *  mark was taken over with them, and virsh may have given one to another VM. Those stay, and the log says so. */
async function removeDisks(cx: StepContext<CreateInput, World>): Promise<void> {
  const { input, task, world, signal, log } = cx
  const pool = world.ownPool.name
  const names = newDisks(input).map((disk, i) => volumeName(input.name, task.id, i, disk.format))
  await world.hosts.on(input.host, { vm: input.name, verb: 'rid of its disks' }, async (link) => {
    if ((await madeHere(cx)) === 'other')
      return log(`${input.name} is somebody else's by now, and keeps its disks: ${names.join(', ')}.`)
    // What was just made is in the inventory only after this.
    await link.refreshStorage()
    const asked = names.map((volume) => ({ pool, volume }))
    const volumes = (await volumesNamed(world.db, asked, ['all'])).filter((one) => one.host === input.host)
    const uses = await usesNow({ db: world.db, call: link.call }, volumes, input)
    for (const name of names) {
      signal.throwIfAborted()
      const known = volumes.find((one) => one.name === name)
      const use = known && uses.get(known.id)
      if (use !== undefined) log(`${name} is kept: it is ${use} by now.`)
      else await deleteVolume(link.call, pool, name)
    }
    await link.refreshStorage()
  })
}

const newDisks = (input: CreatePlan): Extract<PlannedDisk, { kind: 'new' }>[] =>
  input.disks.filter((disk) => disk.kind === 'new')

const defineStep = step<CreateInput, World, { readonly chosen: readonly Choice[] } | undefined>('define it', {
  done: async (cx) => (await madeHere(cx)) === 'ours',
  do: (cx) =>
    cx.world.hosts.on(cx.input.host, { vm: cx.input.name, verb: 'defined' }, async (link) => {
      const { call } = link
      const spec = await specOf(cx)
      const { xml, chosen } = toDomainXml(spec, await link.facts(cx.input.virtualization))
      try {
        await call.domainDefineXmlFlags({ xml, flags: flags.domainDefine.validate }, { deadlineMs: 120_000 })
      } catch (error) {
        if (error instanceof LibvirtError && /already exists with uuid/.test(error.message))
          throw apiError('name_taken', { name: cx.input.name, free: `${cx.input.name}-2` }, error)
        throw error
      }
      return { chosen }
    }),
  undo: async (cx) => {
    const { input, world, signal, task } = cx
    if ((await madeHere(cx)) !== 'ours') return
    await world.hosts.on(input.host, { vm: input.name, verb: 'removed' }, async ({ call }) => {
      const dom = await domainOf(call, input.uuid)
      if (dom && isAlive((await call.domainGetState({ dom })).state))
        await call.domainDestroyFlags({ dom }, { deadlineMs: 45_000 })
      const left = await domainOf(call, input.uuid)
      if (left)
        await call.domainUndefineFlags({
          dom: left,
          flags: flags.domainUndefine.nvram | flags.domainUndefine.managedSave,
        })
    })
    await seenAs(world, input.vm, 'gone', task.id, signal)
  },
  deadlineMs: 300_000,
})

/** Tells whether the domain with our UUID is there, and whether it carries this task's mark. */
async function madeHere({
  input,
  task,
  world,
}: Pick<StepContext<CreateInput, World>, 'input' | 'task' | 'world'>): Promise<'ours' | 'other' | 'none'> {
  const { call } = await world.hosts.soon(input.host)
  const dom = await domainOf(call, input.uuid)
  if (dom === undefined) return 'none'
  const { xml } = await call.domainGetXmlDesc({ dom, flags: flags.domainXml.inactive })
  return parseMarker(xml)?.task === task.id ? 'ours' : 'other'
}

async function specOf({ input, task, world, resultOf }: StepContext<CreateInput, World>): Promise<VmSpec> {
  const { call } = await world.hosts.soon(input.host)
  const kernel = resultOf(sampleStep)
  const fresh = newDisks(input)
  const disks = await Promise.all(
    input.disks.map(async (disk): Promise<DiskSpec> => {
      if (disk.kind === 'existing')
        return { kind: disk.device, path: disk.path, format: disk.format, readonly: disk.device === 'cdrom' }
      const name = volumeName(input.name, task.id, fresh.indexOf(disk), disk.format)
      const vol = await findVolume(call, world.ownPool.name, name)
      if (vol === undefined) throw apiError('image_missing', { name, pool: world.ownPool.name, host: input.hostName })
      return { kind: 'disk', path: (await call.storageVolGetPath({ vol })).path, format: disk.format }
    }),
  )
  return {
    uuid: input.uuid,
    name: input.name,
    id: input.vm,
    floe: world.copy,
    task: task.id,
    notes: input.notes || undefined,
    tags: input.tags,
    memoryMiB: input.memoryMiB,
    vcpus: input.vcpus,
    virtualization: input.virtualization,
    ...(input.firmware && { firmware: input.firmware }),
    disks,
    nics: input.nics,
    ...(kernel && { kernel: { ...kernel, cmdline: sampleCommandLine(kernel.arch) } }),
    // Never open to whoever can reach the port: each console sets a password of its own for a few seconds.
    graphics: { password: randomBytes(6).toString('base64url'), passwordValidTo: new Date('2000-01-01T00:00:00Z') },
  }
}

const seenStep = step<CreateInput, World, undefined>('see it defined', {
  do: async (cx) => {
    const { input, world, resultOf } = cx
    await seenOrTold(cx, 'defined', { did: 'was defined', not: 'is not seen' })
    const chosen = [...input.chosen, ...(resultOf(defineStep)?.chosen ?? [])]
    await rememberChoices(world.db, input.vm, chosen)
    return undefined
  },
  deadlineMs: 90_000,
})

/** A disk is written, so nobody else may have it; a drive is shared by all who read it. */
function lockOf(disk: Extract<PlannedDisk, { kind: 'existing' }>, { vm, name, hostName }: CreateInput): Lock {
  const volume = { ...disk, hostName }
  return disk.device === 'disk'
    ? volumeLock(volume, `is becoming the disk of ${name}`)
    : volumeReadLock(volume, vm, `is becoming a medium of ${name}`)
}

/** Creates a VM, and starts it when that was asked. */
export const createVm = task<CreateInput, World>({
  name: 'vm.create',
  title: (input) => (input.start ? `Create and start ${input.name}` : `Create ${input.name}`),
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [
    vmLock(input, 'is being created'),
    { kind: 'vm-name', id: input.name, cause: 'is the name of a VM that is being created' },
    ...input.disks.flatMap((disk) => (disk.kind === 'existing' ? [lockOf(disk, input)] : [])),
  ],
  // It is started before anybody looks whether the definition was seen: that costs the start 50 ms and proves nothing more.
  steps: [recordStep, sampleStep, disksStep, defineStep, startStep, seenStep, seenRunningStep],
})
