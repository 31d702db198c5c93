import type { Task, VmDetail, Volume } from '@floe/client'

import { until } from '../../../testbed/until.ts'
import type { FakeHost } from './fake-host.ts'
import type { Ground } from './ground.ts'
import { adoptedXml, foreignXml } from './kill-rows.ts'

/** What tests do on a ground, as a user or as somebody on its host; `at` is asked at each use. */
export function hands(at: () => Ground) {
  const client = () => at().floe.client
  const finish = ({ task }: { readonly task: Task }): Promise<Task> => at().floe.finish(task)
  const vm = (name: string): Promise<VmDetail> => client().getVm({ params: { vm: name } })
  const domain = (name: string) =>
    at()
      .host.domains()
      .find((one) => one.name === name)
  const bodyOf = (name: string) =>
    ({ name, host: at().host.name, from: 'empty', memoryMiB: 64, disks: [{ sizeGiB: 1 }], networks: [] }) as const
  const inInventory = (name: string) =>
    until(name, async () => (await client().listVms({ query: { q: name } })).total === 1)
  const foreignOver = (name: string): string =>
    foreignXml(name).replace('<memory', `<uuid>${domain(name)!.uuid}</uuid><memory`)
  return {
    client,
    vm,
    domain,
    bodyOf,
    inInventory,
    foreignOver,
    make: async (name: string, more: Record<string, unknown> = {}): Promise<Task> =>
      finish(await client().createVm({ body: { ...bodyOf(name), ...more } })),
    /** As `virsh define` does, until Floe has it. */
    defined: async (name: string, xml = adoptedXml(name)): Promise<void> => {
      at().host.define(xml)
      await inInventory(name)
    },
    /** As another Floe does that takes a VM over. */
    takenOver: async (name: string): Promise<void> => {
      at().host.define(foreignOver(name))
      await until(`${name} as another Floe's`, async () => (await vm(name)).foreign !== null)
    },
    disksOf: (name: string) =>
      at()
        .host.volumes('floe')
        .filter((one) => one.startsWith(`${name}-`)),
    volume: async (name: string): Promise<Volume> =>
      (await client().listVolumes({ query: { pool: 'floe', limit: 500 } })).items.find((one) => one.name === name)!,
    refresh: async (host = at().host.name): Promise<Task> => finish(await client().refreshHost({ params: { host } })),
    addHost: async ({ name, uri }: FakeHost): Promise<void> => {
      const added = await client().addHost({ body: { name, uri } })
      if ('task' in added && added.task) await at().floe.finish(added.task)
    },
    cancel: ({ number }: Task) => client().cancelTask({ params: { task: String(number) } }),
    logOf: async ({ number }: Task): Promise<string> =>
      JSON.stringify((await client().getTask({ params: { task: String(number) } })).log),
  }
}
