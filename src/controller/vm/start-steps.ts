import { LibvirtError, type Api, type Dom } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { formatBytes, MiB } from '../../base/units.ts'
import { step, type StepContext } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { readFreeMemory } from '../host/read-facts.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { seenOrTold } from './seen.ts'
import type { VmInput } from './vm-input.ts'
import { startObstacle } from './vm.ts'
import { readOwner } from './write-marker.ts'

type MayStart = VmInput & { readonly start?: boolean }

const isToStart = ({ start }: MayStart): boolean => start !== false

/** Starts the domain. No undo: a guest that has begun to run is not cut off because a later line failed. */
export const startStep = step<MayStart, World, { readonly libvirtId: number } | undefined>('start', {
  when: isToStart,
  done: async ({ input, world }) => isAlive(await domainState((await world.hosts.soon(input.host)).call, input.uuid)),
  do: (cx) =>
    cx.world.hosts.on(cx.input.host, { vm: cx.input.name, verb: 'started' }, async ({ call, name }) => {
      const { input, signal } = cx
      const dom = await domainOf(call, input.uuid)
      if (dom === undefined) throw apiError('not_found', { kind: 'VM', name: input.name })
      await checkStart(cx, call, dom)
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

/** Looks again at whether it may be started, and at its marker on the host itself: two Floes that start one VM in the
 *  same moment both wrote theirs, and the last one counts. Whether it runs already is the host's to say. */
async function checkStart(cx: StepContext<MayStart, World>, call: Api, dom: Dom): Promise<void> {
  const { input, world } = cx
  // A VM that this task has defined a moment ago carries its marker and may not be in the inventory yet.
  const isNew = input.start !== undefined
  await checkAgain(cx, startObstacle, isNew ? ['vm_running', 'not_found'] : ['vm_running'])
  const owner = isNew ? undefined : await readOwner(call, dom)
  if (owner !== undefined && owner !== world.copy) throw apiError('vm_foreign', { vm: input.name, owner })
}

export const seenRunningStep = step<MayStart, World, undefined>('see it run', {
  when: isToStart,
  do: async (cx) => {
    await seenOrTold(cx, 'alive', { did: 'was started', not: 'is not seen to run' })
    return undefined
  },
  deadlineMs: 90_000,
})

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
  if (missing !== undefined) return apiError('image_gone', { path: missing, host }, error)
  return error
}
