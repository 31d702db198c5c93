import { setTimeout as wait } from 'node:timers/promises'

import { flags } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { step, task, type StepContext } from '../../tasks/task.ts'
import { domainOf, domainState } from '../host/domain-of.ts'
import { isAlive } from '../inventory/state-words.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { seenAs } from './seen.ts'
import { vmLock, vmObject, type VmInput } from './vm-input.ts'
import { shutDownObstacle } from './vm.ts'

const patienceMs = 60_000
const askAgainMs = 10_000

async function ask(cx: StepContext<VmInput, World>): Promise<void> {
  const { input, world } = cx
  await world.hosts.on(input.host, { vm: input.name, verb: 'asked to shut down' }, async ({ call }) => {
    await checkAgain(cx, shutDownObstacle, ['vm_not_running', 'not_found'])
    const dom = await domainOf(call, input.uuid)
    if (dom && isAlive((await call.domainGetState({ dom })).state))
      await call.domainShutdownFlags({ dom, flags: flags.domainShutdown.default })
  })
}

const isOff = async (world: World, input: VmInput): Promise<boolean> =>
  !isAlive(await domainState((await world.hosts.soon(input.host)).call, input.uuid))

const askStep = step<VmInput, World, undefined>('ask the guest', {
  done: ({ input, world }) => isOff(world, input),
  do: async (cx) => {
    await ask(cx)
    return undefined
  },
})

/** A guest that still boots drops the first press of the power button, so it is pressed again. */
const waitStep = step<VmInput, World, undefined>('wait for the guest', {
  do: async (cx) => {
    const { input, task, world, signal, progress } = cx
    progress({ words: 'Waiting for the guest' })
    const patience = AbortSignal.timeout(patienceMs)
    const asking = new AbortController()
    const until = AbortSignal.any([signal, patience])
    const again = (async () => {
      while (!asking.signal.aborted) {
        await wait(askAgainMs, undefined, { signal: asking.signal })
        await ask(cx)
      }
    })().catch(() => {}) // the wait itself tells what is wrong
    try {
      await seenAs(world, input.vm, 'off', task.id, until)
    } catch (error) {
      if (patience.aborted && !signal.aborted)
        throw apiError('guest_ignored', { vm: input.name, seconds: patienceMs / 1000 }, error)
      throw error
    } finally {
      asking.abort()
      await again
    }
    return undefined
  },
  deadlineMs: patienceMs + 30_000,
})

/** Asks the guest to shut down and says when it ignores that. Nothing is forced. */
export const shutDownVm = task<VmInput, World>({
  name: 'vm.shutdown',
  title: (input) => `Shut down ${input.name}`,
  object: vmObject,
  host: (input) => input.host,
  locks: (input) => [vmLock(input, 'is being shut down')],
  steps: [askStep, waitStep],
})
