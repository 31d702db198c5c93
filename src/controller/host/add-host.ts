import { LibvirtError } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { messageOf } from '../../base/errors.ts'
import type { HostId } from '../../base/ids.ts'
import { step, task } from '../../tasks/task.ts'
import type { World } from '../world.ts'
import { forgetHost } from './forget-host.ts'
import type { HostLink } from './host-link.ts'
import { hostById, insertHost, writeFacts } from './host-store.ts'
import { ensureOwnPool } from './own-pool.ts'
import { proveKvm, type KvmProof } from './probe-kvm.ts'

export type AddHostInput = { readonly host: HostId; readonly name: string; readonly uri: string }

const recordStep = step<AddHostInput, World, undefined>('record it', {
  do: async ({ input, world }) => {
    world.hosts.link(await insertHost(world.db, input))
    return undefined
  },
  // Only a host that was never listed whole is forgotten; one that was stays, silent, with its VMs.
  undo: async ({ input, world }) => {
    const row = await hostById(world.db, input.host)
    if (row === undefined || row.relisted_at !== null) return
    await world.hosts.unlink(input.host) // first: a listing that is under way must not write behind our back
    if (!(await forgetHost(world.db, input.host))) world.hosts.link(row)
  },
})

const connectStep = step<AddHostInput, World, undefined>('connect', {
  do: async ({ input, world, signal, progress }) => {
    progress({ words: `Connecting to ${input.uri.split('?')[0]}` })
    const link = world.hosts.find(input.host)
    if (link === undefined) throw apiError('host_unreachable', { host: input.name, why: 'its address is not usable' })
    const patience = AbortSignal.timeout(15_000)
    try {
      await link.link.up(AbortSignal.any([signal, patience]))
    } catch (error) {
      const { state } = link.link
      if (!signal.aborted)
        throw apiError(
          'host_unreachable',
          { host: input.name, why: 'why' in state && state.why ? state.why : messageOf(error) },
          error,
        )
      throw error
    }
    return undefined
  },
})

const poolStep = step<AddHostInput, World, undefined>('make a pool for images', {
  do: async ({ input, world, signal }) => {
    const about = { vm: `the pool ${world.ownPool.name}`, verb: 'made' }
    await world.hosts.on(input.host, about, (link) => ensureOwnPool(world, link), signal)
    return undefined
  },
  deadlineMs: 90_000,
})

const proveStep = step<AddHostInput, World, undefined>('prove KVM', {
  do: async ({ input, world, signal, log }) => {
    const prove = (link: HostLink): Promise<KvmProof> =>
      proveKvm(world, link, signal).catch((error: unknown) => {
        if (error instanceof LibvirtError) return { works: false, why: `KVM could not be proved: ${error.message}.` }
        throw error
      })
    const proof = await world.hosts.on(input.host, { vm: 'The probe guest', verb: 'started' }, prove, signal)
    log(proof.why)
    await writeFacts(world.db, input.host, { kvm: proof })
    return undefined
  },
  deadlineMs: 300_000,
})

const lookStep = step<AddHostInput, World, undefined>('look around', {
  do: async ({ input, world, signal }) => {
    await world.hosts.on(input.host, { vm: input.name, verb: 'looked at' }, (link) => link.refresh(), signal)
    return undefined
  },
  deadlineMs: 300_000,
})

/** Adds a host: what runs there is adopted and not touched. */
export const addHost = task<AddHostInput, World>({
  name: 'host.add',
  title: (input) => `Add host ${input.name}`,
  object: (input) => ({ kind: 'host', id: input.host, name: input.name }),
  host: (input) => input.host,
  // Two tasks that add one host under two ids would find out only in the middle.
  locks: (input) => [
    { kind: 'host', id: input.host, cause: 'is being added' },
    { kind: 'host address', id: input.uri, cause: 'is being added' },
    { kind: 'host name', id: input.name, cause: 'is being given to another host' },
  ],
  steps: [recordStep, connectStep, poolStep, proveStep, lookStep],
})

/** Looks at everything on a host again, whether KVM works included. */
export const refreshHost = task<AddHostInput, World>({
  name: 'host.refresh',
  title: (input) => `Look at ${input.name} again`,
  object: (input) => ({ kind: 'host', id: input.host, name: input.name }),
  host: (input) => input.host,
  locks: (input) => [{ kind: 'host', id: input.host, cause: 'is being looked at' }],
  steps: [poolStep, proveStep, lookStep],
})
