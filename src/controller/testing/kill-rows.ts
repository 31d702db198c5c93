import type { Client, Task } from '@floe/client'
import { expect } from 'vitest'

import { until } from '../../../testbed/until.ts'
import { markerNamespace } from '../../domain/index.ts'

/** Where a cell takes place: a fake host or a real one. */
export type Ground = {
  readonly host: { readonly name: string; readonly uri: string }
  domains(): Promise<readonly { readonly name: string; readonly state: string }[]>
  /** Names of the volumes in Floe's own pool. */
  volumes(): Promise<readonly string[]>
  /** A volume of somebody else in that pool. */
  addVolume(name: string): Promise<void>
  define(xml: string): Promise<void>
  /** As somebody does with virsh; nothing where there is none. */
  undefine(name: string): Promise<void>
  /** A host to add: a new one, on one of `hostsToAdd` in turn. */
  hostToAdd(): Promise<{ readonly name: string; readonly uri: string }>
  readonly hostsToAdd: number
}

export type CellContext = {
  readonly ground: Ground
  readonly client: Client
  /** Of the cell's own VM, and the beginning of what belongs to it. */
  readonly name: string
  readonly finish: (task: Pick<Task, 'number'>) => Promise<Task>
  /** What `prepare` returned. */
  readonly prepared?: unknown
}

export type Row = {
  /** Before the kill: what the task needs. */
  readonly prepare?: (cx: CellContext) => Promise<unknown>
  readonly begin: (cx: CellContext) => Promise<Pick<Task, 'number'>>
  /** The place where the task is cancelled, so that it undoes itself. */
  readonly cancelAt?: string
  readonly ends: 'done' | 'cancelled'
  /** What somebody else does on the host between the kill and the next controller. */
  readonly meanwhile?: (cx: CellContext) => Promise<void>
  /** What is there afterwards: once, and nothing besides. */
  readonly leaves: (cx: CellContext) => Promise<void>
  /** Needs a host of its own. */
  readonly ofHost?: true
}

type Body = Parameters<Client['createVm']>[0]['body']
const plain = ({ name, ground }: CellContext): Body => ({
  name,
  host: ground.host.name,
  from: 'empty',
  memoryMiB: 64,
  vcpus: 1,
  disks: [{ sizeGiB: 0.01 }],
  networks: ['lab'],
})
const taskOf = (answer: { readonly task?: Task | null | undefined } | Task): Task =>
  'number' in answer ? answer : answer.task!

/** A VM of Floe's, and a volume of somebody else with nearly the same name. */
const made =
  (more: Partial<Body> = {}) =>
  async (cx: CellContext): Promise<void> => {
    const { client, name, finish, ground } = cx
    await ground.addVolume(`${name}-of-another-1.qcow2`)
    const ended = await finish(taskOf(await client.createVm({ body: { ...plain(cx), ...more } })))
    expect(ended).toMatchObject({ state: 'done', error: null })
  }

async function seen({ client, ground, name }: CellContext) {
  const [{ items }, domains, volumes] = await Promise.all([
    client.listVms({ query: { q: name, limit: 500 } }),
    ground.domains(),
    ground.volumes(),
  ])
  return {
    vms: items.filter((vm) => vm.name === name),
    domains: domains.filter((one) => one.name === name).map((one) => one.state),
    disks: volumes.filter((one) => one.startsWith(`${name}-`) && one !== `${name}-of-another-1.qcow2`).length,
    others: volumes.filter((one) => one === `${name}-of-another-1.qcow2`).length,
  }
}

const there = (state: 'running' | 'shutoff', disks: number) => async (cx: CellContext) =>
  expect(await seen(cx)).toMatchObject({
    vms: [{ state, ours: true, foreign: null, lock: null, problem: null, drift: null }],
    domains: [state],
    disks,
    others: 1,
  })
const nothing = async (cx: CellContext) => expect(await seen(cx)).toEqual({ vms: [], domains: [], disks: 0, others: 1 })

const create: Row = {
  prepare: ({ ground, name }) => ground.addVolume(`${name}-of-another-1.qcow2`),
  begin: async (cx) => taskOf(await cx.client.createVm({ body: { ...plain(cx), start: true } })),
  ends: 'done',
  leaves: there('running', 1),
}
const createSample: Row = {
  ...create,
  begin: async ({ client, name, ground }) =>
    taskOf(
      await client.createVm({ body: { name, host: ground.host.name, from: 'sample', networks: [], start: true } }),
    ),
  leaves: there('running', 0),
}
/** Cancelled before it starts, so what was made is taken back. */
const createInVain: Row = {
  ...create,
  cancelAt: 'vm.create/start/before-effect',
  ends: 'cancelled',
  leaves: nothing,
}
const start: Row = {
  prepare: made(),
  begin: async ({ client, name }) => taskOf(await client.startVm({ params: { vm: name } })),
  ends: 'done',
  leaves: there('running', 1),
}
/** A VM that was made outside: it gets this copy's marker before it runs, and loses it when it does not. */
const adopted = (state: 'running' | 'shutoff', ours: boolean) => async (cx: CellContext) =>
  expect(await seen(cx)).toMatchObject({
    vms: [{ state, ours, foreign: null, lock: null, problem: null, drift: null }],
    domains: [state],
  })
const startAdopted: Row = {
  prepare: async ({ ground, name, client }) => {
    await ground.define(adoptedXml(name))
    await until(`${name} in the inventory`, async () => (await client.listVms({ query: { q: name } })).total > 0)
  },
  begin: async ({ client, name }) => taskOf(await client.startVm({ params: { vm: name } })),
  ends: 'done',
  leaves: adopted('running', true),
}
const startAdoptedInVain: Row = {
  ...startAdopted,
  cancelAt: 'vm.start/start/before-effect',
  ends: 'cancelled',
  leaves: adopted('shutoff', false),
}
const powerOff: Row = {
  prepare: made({ start: true }),
  begin: async ({ client, name }) => taskOf(await client.powerOffVm({ params: { vm: name } })),
  ends: 'done',
  leaves: there('shutoff', 1),
}
const shutDown: Row = {
  prepare: made({ from: 'sample', memoryMiB: 256, start: true }),
  begin: async ({ client, name }) => taskOf(await client.shutDownVm({ params: { vm: name } })),
  ends: 'done',
  leaves: there('shutoff', 1),
}
const remove: Row = {
  prepare: made(),
  begin: async ({ client, name }) =>
    taskOf(await client.deleteVm({ params: { vm: name }, query: { disks: 'remove' } })),
  ends: 'done',
  leaves: nothing,
}
const removeInVain: Row = {
  ...remove,
  cancelAt: 'vm.delete/remove its disks/before-effect',
  ends: 'cancelled',
  leaves: there('shutoff', 1),
}
const undefinedMeanwhile = ({ ground, name }: CellContext): Promise<void> => ground.undefine(name)
const removeRemoved: Row = { ...remove, meanwhile: undefinedMeanwhile }
/** Cancelled before it removed anything: what virsh removed then is not this task's to put back. */
const removeInVainRemoved: Row = {
  ...remove,
  cancelAt: 'vm.delete/remove the definition/before-effect',
  meanwhile: undefinedMeanwhile,
  ends: 'cancelled',
  leaves: async (cx) => {
    // The task may end before the next controller has listed its host.
    await until(`${cx.name} out of the inventory`, async () => (await seen(cx)).vms.length === 0)
    expect(await seen(cx)).toEqual({ vms: [], domains: [], disks: 1, others: 1 })
  },
}
const takeOver: Row = {
  prepare: async ({ ground, name, client }) => {
    await ground.addVolume(`${name}-of-another-1.qcow2`)
    await ground.define(foreignXml(name))
    await until(
      `${name} as another Floe's`,
      async () => (await client.getVm({ params: { vm: name } })).foreign === other,
    )
  },
  begin: async ({ client, name }) => taskOf(await client.takeOverVm({ params: { vm: name } })),
  ends: 'done',
  leaves: there('shutoff', 0),
}
const addHost: Row = {
  prepare: ({ ground }) => ground.hostToAdd(),
  begin: async ({ client, prepared }) => taskOf(await client.addHost({ body: prepared as Ground['host'] })),
  ends: 'done',
  leaves: async ({ client, prepared }) => {
    const { uri } = prepared as Ground['host']
    const { items } = await client.listHosts({})
    expect(items.filter((host) => host.uri === uri)).toMatchObject([{ state: 'up', problem: { code: 'no_kvm' } }])
    const pools = (await client.listPools({ query: { limit: 500 } })).items
    expect(pools.filter((pool) => pool.host === (prepared as Ground['host']).name && pool.ours)).toHaveLength(1)
  },
  ofHost: true,
}
/** Nobody answers at its address, and it is cancelled while it waits. */
const addHostInVain: Row = {
  begin: async ({ client, name }) =>
    taskOf(await client.addHost({ body: { name, uri: `qemu+unix:///system?socket=/nonexistent/${name}` } })),
  cancelAt: 'host.add/connect/before-effect',
  ends: 'cancelled',
  leaves: async ({ client, name }) => {
    const { items } = await client.listHosts({})
    expect(items.filter((host) => host.name === name)).toEqual([])
  },
}
const refreshHost: Row = {
  ...addHost,
  prepare: async ({ ground, client, finish }) => {
    const host = await ground.hostToAdd()
    await finish(taskOf(await client.addHost({ body: host })))
    return host
  },
  begin: async ({ client, prepared }) =>
    taskOf(await client.refreshHost({ params: { host: (prepared as Ground['host']).name } })),
}

const other = '0f0e0d0c-0000-4000-8000-000000000001'
export const foreignXml = (name: string, floe = other): string => `<domain type="qemu">
  <name>${name}</name>
  <metadata><floe:vm xmlns:floe="${markerNamespace}" id="0f0e0d0c-1111-4000-8000-${tail(name)}" floe="${floe}"/></metadata>
  <memory unit="MiB">64</memory>
  <vcpu>1</vcpu>
  <os><type arch="x86_64">hvm</type></os>
</domain>`
/** Without a marker of anybody. */
export const adoptedXml = (name: string): string => foreignXml(name).replace(/<metadata>.*<\/metadata>/s, '')
const tail = (name: string): string => Buffer.from(name).toString('hex').slice(-12).padStart(12, '0')

/** By task and step: what a controller that was killed there leaves to the next, and what that makes of it. All four
 *  places of a step have the same end; with several rows each is tried. A step that is not here fails the test. */
export const rows: Readonly<Record<string, Row | readonly Row[]>> = {
  'host.add/record it': addHost,
  'host.add/record it/undo': addHostInVain,
  'host.add/connect': addHost,
  'host.add/make a pool for images': addHost,
  'host.add/prove KVM': addHost,
  'host.add/look around': addHost,
  'host.refresh/make a pool for images': refreshHost,
  'host.refresh/prove KVM': refreshHost,
  'host.refresh/look around': refreshHost,
  'vm.create/record it': create,
  'vm.create/record it/undo': createInVain,
  'vm.create/bring the sample guest': createSample,
  'vm.create/make its disks': create,
  'vm.create/make its disks/undo': createInVain,
  'vm.create/define it': create,
  'vm.create/define it/undo': createInVain,
  'vm.create/see it defined': create,
  'vm.create/start': create,
  'vm.create/see it run': create,
  'vm.start/mark it as ours': startAdopted,
  'vm.start/mark it as ours/undo': startAdoptedInVain,
  'vm.start/start': start,
  'vm.start/see it run': start,
  'vm.shutdown/ask the guest': shutDown,
  'vm.shutdown/wait for the guest': shutDown,
  'vm.poweroff/power off': powerOff,
  'vm.poweroff/see it off': powerOff,
  'vm.delete/note what it has': remove,
  'vm.delete/remove the definition': [remove, removeRemoved],
  'vm.delete/remove the definition/undo': [removeInVain, removeInVainRemoved],
  'vm.delete/see it gone': remove,
  'vm.delete/remove its disks': remove,
  'vm.take-over/mark it as ours': takeOver,
  'vm.take-over/see it as ours': takeOver,
}

/** The row of a place: `vm.create/define it/undo:after-effect` → `vm.create/define it/undo`. */
export const rowKey = (cell: string): string =>
  cell.replace(/\/(undo:)?[^/]+$/, (_, undo: string | undefined) => (undo ? '/undo' : ''))

export const rowsOf = (cell: string): readonly Row[] => [rows[rowKey(cell)] ?? []].flat() as readonly Row[]
