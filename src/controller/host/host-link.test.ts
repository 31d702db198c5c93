import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { startDriverHost } from '../../../testbed/driver-host.ts'
import { scratch } from '../../../testbed/scratch.ts'
import { until } from '../../../testbed/until.ts'
import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { marker, uuidOf } from '../testing/observed.ts'
import { listVms } from '../vm/vm-store.ts'
import { HostLink } from './host-link.ts'
import { insertHost } from './host-store.ts'

const copy = uuidOf(900)

/** libvirt's test driver, linked: real protocol, real events, no guest. */
async function linked(options: { readonly domains?: number; readonly relistMs?: number } = {}) {
  await using made = new AsyncDisposableStack()
  const host = made.use(await startDriverHost({ domains: options.domains ?? 1 }))
  const db = made.use(await testDatabase())
  const folder = made.use(await scratch('xml'))
  const row = await insertHost(db.kysely, { host: newId<HostId>(), name: host.name, uri: host.uri })
  const troubles: string[] = []
  const link = made.use(
    new HostLink({
      db: db.kysely,
      id: row.id,
      name: row.name,
      copy,
      target: host.target,
      link: { backoff: { firstMs: 20, maxMs: 100 } },
      ...(options.relistMs !== undefined && { relistMs: options.relistMs }),
      onTrouble: (sentence) => troubles.push(sentence),
    }),
  )
  await until('the first listing', () => link.up)
  const owned = made.move()
  return {
    host,
    db,
    link,
    troubles,
    define: async (xml: string) => {
      const file = join(folder.path, 'domain.xml')
      await writeFile(file, xml)
      return host.virsh('define', file)
    },
    hostRow: () => db.kysely.selectFrom('host').selectAll().where('id', '=', row.id).executeTakeFirstOrThrow(),
    vm: async (name: string) =>
      (
        await listVms(db.kysely, ['all'], { q: name.slice(0, 100) }, { sort: 'name', down: false, limit: 500, from: 0 })
      ).find((one) => one.name === name),
    /** Kinds, titles and authors of what is told of a VM, oldest first. */
    told: async (name: string) =>
      (
        await db.kysely
          .selectFrom('change')
          .select(['kind', 'title', 'author_kind'])
          .where('object_name', '=', name)
          .orderBy('revision')
          .execute()
      ).map((one) => [one.kind, one.title, one.author_kind]),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
type Linked = Awaited<ReturnType<typeof linked>>

const xml = (name: string, o: { memoryMiB?: number; metadata?: string; uuid?: string } = {}): string =>
  `<domain type='test'><name>${name}</name>${o.uuid ? `<uuid>${o.uuid}</uuid>` : ''}${o.metadata ? `<metadata>${o.metadata}</metadata>` : ''}
   <memory unit='MiB'>${o.memoryMiB ?? 64}</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`

const state = (at: Linked, name: string, wanted: string) =>
  until(`${name} ${wanted}`, async () => (await at.vm(name))?.state === wanted)

test('what virsh defines, starts, edits and removes stands in the history at once, from outside and with its difference', async () => {
  await using at = await linked()
  expect(await at.told('d0')).toEqual([['vm.adopted', 'Found on driver-1; it is not touched', 'floe']])

  await at.define(xml('wiki', { uuid: uuidOf(1) }))
  await state(at, 'wiki', 'shutoff')
  await at.host.virsh('start', 'wiki')
  await state(at, 'wiki', 'running')
  await at.host.virsh('destroy', 'wiki')
  await state(at, 'wiki', 'shutoff')
  await at.define(xml('wiki', { uuid: uuidOf(1), memoryMiB: 128 }))
  await until('the edit', async () => (await at.vm('wiki'))?.summary.drift)
  await at.host.virsh('undefine', 'wiki')
  await until('the end of wiki', async () => (await at.vm('wiki')) === undefined)

  expect(await at.told('wiki')).toEqual([
    ['vm.defined', 'Defined on driver-1', 'outside'],
    ['vm.started', 'Started on driver-1', 'outside'],
    ['vm.stopped', 'Powered off', 'outside'],
    ['vm.redefined', expect.stringMatching(/^memory 64 MiB → 128 MiB/i), 'outside'],
    ['vm.removed', 'Removed from driver-1', 'outside'],
  ])
  expect((await at.hostRow()).repaired).toBe(0)
  expect(at.troubles).toEqual([])
})

test('the slow list finds what libvirt announces by no event, and counts it', async () => {
  await using at = await linked({ relistMs: 300 })
  await at.host.virsh('autostart', 'd0')
  await until('the repair', async () => (await at.hostRow()).repaired === 1)
  expect((await at.told('d0')).at(-1)).toEqual(['vm.autostart', 'Starts with its host', 'outside'])
  expect((await at.vm('d0'))?.sightings[0]).toMatchObject({ autostart: true })
})

test('a definition that is taken from a running domain is no drift', async () => {
  await using at = await linked()
  await at.host.virsh('start', 'd0')
  await state(at, 'd0', 'running')
  await at.host.virsh('undefine', 'd0')
  await until('d0 without a definition', async () => (await at.vm('d0'))?.sightings[0]?.persistent === false)
  expect((await at.told('d0')).map(([kind]) => kind)).toEqual(['vm.adopted', 'vm.started', 'vm.persistence'])
  await at.host.virsh('destroy', 'd0')
  await until('the end of d0', async () => (await at.vm('d0')) === undefined)
})

test('libvirtd is killed and started again: the host is silent, then up, and the inventory is what it shows', async () => {
  await using at = await linked({ domains: 3 })
  await at.host.virsh('start', 'd1')
  await state(at, 'd1', 'running')
  await at.host.kill()
  await until('a silent host', async () => (await at.hostRow()).state === 'down')
  expect(await at.vm('d1')).toMatchObject({ state: 'unknown', sightings: [{ state: 'running', hostUp: false }] })

  // The test driver forgets everything, so all that ran is off again.
  await at.host.start()
  await until('the host', async () => (await at.hostRow()).state === 'up')
  await state(at, 'd1', 'shutoff')
  expect((await at.told('driver-1')).map(([kind]) => kind)).toEqual(['host.up', 'host.down', 'host.up'])
  expect((await at.told('driver-1'))[1]?.[1]).toMatch(/^Silent: .+\. Its VMs may still run\.$/)
  await at.host.virsh('start', 'd2')
  await state(at, 'd2', 'running')
})

test('metadata that nobody can make sense of does not blind Floe to the host', async () => {
  await using at = await linked()
  const deep = `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`
  const bad = [
    marker('no id', copy),
    marker(uuidOf(1), '&apos;; drop table vm; --'),
    marker(uuidOf(1), copy, `<floe:tag>${'x'.repeat(200_000)}</floe:tag><floe:tag/>`),
    `<x:vm xmlns:x='urn:other'>${deep}</x:vm>`,
    `<x:vm xmlns:x='urn:other'><![CDATA[<floe:vm>]]>&#x1F600;&amp;#0;</x:vm>`,
  ]
  for (const [n, metadata] of bad.entries()) await at.define(xml(`odd-${n}`, { metadata }))
  await at.define(xml('plain'))
  await until('the plain one', () => at.vm('plain'))
  for (const n of bad.keys()) await until(`odd-${n}`, () => at.vm(`odd-${n}`))
  expect(at.troubles).toEqual([])
})

test('names with markup and of any length come in as they are', async () => {
  await using at = await linked()
  const names = ['<b>&"\'<b>', 'x'.repeat(3_000), 'ünïcødé \u202egnorw', "'; drop table vm; --"]
  for (const name of names) await at.define(xml(name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')))
  for (const name of names) await until(name.slice(0, 20), () => at.vm(name))
  expect(at.troubles).toEqual([])
})

test('a pool and a network that virsh makes are in the inventory at once', async () => {
  await using at = await linked()
  await at.host.virsh('pool-define-as', 'extra', 'dir', '--target', '/nonexistent/extra')
  await until('the pool', () =>
    at.db.kysely.selectFrom('pool').select('id').where('name', '=', 'extra').executeTakeFirst(),
  )
  await at.host.virsh('net-destroy', 'default')
  const off = await until('the network', () =>
    at.db.kysely
      .selectFrom('network')
      .select('id')
      .where('name', '=', 'default')
      .where('state', '=', 'inactive')
      .executeTakeFirst(),
  )
  expect(off.id).toBeDefined()
  expect(at.troubles).toEqual([])
})

test('a burst of starts and stops is taken in whole: every event is counted, nothing is repaired', async () => {
  await using at = await linked({ domains: 20 })
  const before = at.link.eventsTaken
  const names = Array.from({ length: 20 }, (_, n) => `d${n}`)
  await at.host.virsh(names.map((name) => `start ${name}`).join('; '))
  await at.host.virsh(names.map((name) => `destroy ${name}`).join('; '))
  await until('all events', () => at.link.eventsTaken - before >= 40)
  for (const name of names) await state(at, name, 'shutoff')
  for (const name of names)
    expect((await at.told(name)).map(([kind]) => kind)).toEqual(['vm.adopted', 'vm.started', 'vm.stopped'])
  expect((await at.hostRow()).repaired).toBe(0)
})
