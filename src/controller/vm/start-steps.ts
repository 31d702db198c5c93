import { LibvirtError, type Api } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { formatBytes, MiB } from '../../base/units.ts'
import { step } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { readFreeMemory } from '../host/read-facts.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { seenAs } from './seen.ts'
import type { VmInput } from './vm-input.ts'

type MayStart = VmInput & { readonly start?: boolean }

const isToStart = ({ start }: MayStart): boolean => start !== false

/** Starts the domain. No undo: a guest that has begun to run is not cut off because a later line failed. */
export const startStep = step<MayStart, World, { readonly libvirtId: number } | undefined>('start', {
  when: isToStart,
  done: async ({ input, world }) => isAlive(await domainState((await world.hosts.soon(input.host)).call, input.uuid)),
  do: ({ input, world, signal }) =>
    world.hosts.on(input.host, { vm: input.name, verb: 'started' }, async ({ call, name }) => {
      const dom = await domainOf(call, input.uuid)
      if (dom === undefined) throw apiError('not_found', { kind: 'VM', name: input.name })
      await assertAlone(world, input)
      await assertMemory(call, input, name)
      try {
        const started = await call.domainCreateWithFlags({ dom }, { deadlineMs: 120_000, signal })
        return { libvirtId: started.dom.id }
      } catch (error) {
        if (isAlive(await domainState(call, input.uuid))) return undefined // somebody was faster: it runs
        throw inWords(error, name)
      }
    }),
  deadlineMs: 150_000,
})

export const seenRunningStep = step<MayStart, World, undefined>('see it run', {
  when: isToStart,
  do: async ({ input, task, world, signal, log }) => {
    const patience = AbortSignal.timeout(60_000)
    try {
      await seenAs(world, input.vm, 'alive', task.id, AbortSignal.any([signal, patience]))
    } catch (error) {
      // libvirt has said that it started: a VM that runs is not undone because the inventory is late.
      if (!patience.aborted || signal.aborted) throw error
      log(`${input.name} was started, but is not seen to run after 60 s; its page shows it as soon as the host tells.`)
    }
    return undefined
  },
  deadlineMs: 90_000,
})

/** A VM that runs elsewhere by now (virsh moved it, while this task waited) is never started a second time. */
async function assertAlone(world: World, input: MayStart): Promise<void> {
  const rows = await world.db
    .selectFrom('sighting')
    .innerJoin('host', 'host.id', 'sighting.host_id')
    .select(['host.id', 'host.name', 'sighting.state'])
    .where('sighting.vm_id', '=', input.vm)
    .execute()
  const elsewhere = rows.filter((row) => row.id !== input.host && isAlive(row.state))
  if (elsewhere.length > 0)
    throw apiError('vm_twice', { vm: input.name, hosts: [input.hostName, ...elsewhere.map((row) => row.name)] })
}

async function assertMemory(call: Api, input: MayStart, host: string): Promise<void> {
  const free = await readFreeMemory(call)
  const needed = input.memoryMiB * MiB
  if (free !== undefined && needed > free)
    throw apiError('no_memory', { host, vm: input.name, free: formatBytes(free), needed: formatBytes(needed) })
}

function inWords(error: unknown, host: string): unknown {
  if (!(error instanceof LibvirtError)) return error
  const network = /network '([^']+)' is not active/.exec(error.message)?.[1]
  if (network !== undefined) return apiError('network_off', { network, name: network, host }, error)
  const missing = /(?:Cannot access storage file|Could not open) '([^']+)'/.exec(error.message)?.[1]
  if (missing !== undefined)
    return apiError(
      'image_missing',
      { name: missing.split('/').at(-1), pool: missing.split('/').slice(0, -1).join('/'), host },
      error,
    )
  return error
}
