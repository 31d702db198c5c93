import { expect, test } from 'vitest'

import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { insertHost } from '../host/host-store.ts'
import { marker, observed, uuidOf } from '../testing/observed.ts'
import { toFacts, toVm } from '../vm/vm-rows.ts'
import { findVm, listVms, type VmRow } from '../vm/vm-store.ts'
import { problemOf } from '../vm/vm.ts'
import { applyNews } from './apply.ts'
import type { Place } from './known.ts'
import type { News } from './news.ts'
import type { Observed } from './observation.ts'

const copy = uuidOf(900)

/** A database with a host of each name. */
async function ground(...names: readonly string[]) {
  const db = await testDatabase()
  const places = await Promise.all(
    names.map(async (name): Promise<Place> => {
      const row = await insertHost(db.kysely, { host: newId<HostId>(), name, uri: `test://${name}` })
      await db.kysely.updateTable('host').set({ state: 'up' }).where('id', '=', row.id).execute()
      return { host: row.id, hostName: name, copy }
    }),
  )
  const [place] = places
  return {
    db,
    places,
    apply: (news: readonly Partial<News>[], at = place!, heard = 0) =>
      applyNews(
        db.kysely,
        at,
        news.map((one) => ({
          uuid: typeof one.seen === 'object' ? one.seen.uuid : uuidOf(1),
          name: 'wiki',
          heard: [],
          seen: undefined,
          because: 'event',
          ...one,
        })),
        heard,
      ),
    vms: (): Promise<VmRow[]> => listVms(db.kysely, ['all'], {}, { sort: 'name', down: false, limit: 100, from: 0 }),
    changes: () => db.kysely.selectFrom('change').selectAll().orderBy('revision').execute(),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

const seen = (one: Observed): Partial<News> => ({ seen: one })

test('a batch is rows and changes in one transaction, and the row carries its last revision', async () => {
  await using at = await ground('hv1')
  await at.apply([seen(observed()), seen(observed({ uuid: uuidOf(2), name: 'shop', state: 'running' }))])
  const [shop, wiki] = await at.vms()
  expect([shop, wiki]).toMatchObject([
    { name: 'shop', state: 'running', memory_mib: 64 },
    { name: 'wiki', state: 'shutoff' },
  ])
  const changes = await at.changes()
  expect(changes.map((one) => [one.kind, one.object_name, one.author_kind])).toEqual([
    ['vm.defined', 'wiki', 'outside'],
    ['vm.defined', 'shop', 'outside'],
  ])
  expect(shop?.revision).toBe(changes[1]?.revision)
})

test('an edit from outside stands in the history with its differences and marks the VM as drifted', async () => {
  await using at = await ground('hv1')
  await at.apply([seen(observed())])
  await at.apply([seen(observed({ memoryMiB: 128 }))])
  const [change] = (await at.changes()).slice(-1)
  expect(change).toMatchObject({ kind: 'vm.redefined', author_kind: 'outside', author: 'outside' })
  expect(change?.details).toMatchObject({ differences: [{ before: '64 MiB', after: '128 MiB' }] })
  expect(toVm((await at.vms())[0]!).drift).toMatchObject({ revision: change?.revision, title: change?.title })
  // Each definition is kept once, however often it comes back.
  await at.apply([seen(observed())])
  expect(await at.db.kysely.selectFrom('definition').select('hash').execute()).toHaveLength(2)
})

test('one VM on two hosts is two sightings: a state with a remedy, never an overwrite', async () => {
  await using at = await ground('hv1', 'hv2')
  const [one, two] = at.places
  const id = uuidOf(701)
  const metadata = marker(id, copy)
  await at.apply([seen(observed({ metadata, state: 'running', id: 4 }))], one)
  await at.apply([seen(observed({ metadata, state: 'running', id: 9 }))], two)
  const row = await findVm(at.db.kysely, id, ['all'])
  expect(row.sightings.map((each) => `${each.host} ${each.state}`).toSorted()).toEqual(['hv1 running', 'hv2 running'])
  const problem = problemOf({ ...toFacts(row), reason: null })
  expect(problem).toMatchObject({ code: 'vm_twice', remedy: expect.stringContaining('virsh destroy') })
  expect(problem?.title).toMatch(/^wiki runs on hv[12] and hv[12] at once\.$/)
  expect(await at.vms()).toHaveLength(1)
  // When one of them goes, nothing is in conflict any more and the VM is still there.
  await at.apply([{ seen: 'gone' }], two)
  expect((await findVm(at.db.kysely, id, ['all'])).sightings).toMatchObject([{ host: 'hv1', libvirtId: 4 }])
})

test('the row of a VM that two hosts show follows the one that runs, also when the other speaks last or that one goes', async () => {
  await using at = await ground('hv1', 'hv2')
  const [one, two] = at.places
  const metadata = marker(uuidOf(701), copy)
  await at.apply([seen(observed({ metadata, name: 'moved', memoryMiB: 64 }))], one)
  await at.apply([seen(observed({ metadata, name: 'moved', memoryMiB: 128, state: 'running' }))], two)
  const row = async () => (await at.vms()).map((vm) => [vm.memory_mib, vm.sightings.length])
  expect(await row()).toEqual([[128, 2]])
  await at.apply([seen(observed({ metadata, name: 'moved', memoryMiB: 65 }))], one)
  expect(await row()).toEqual([[128, 2]])
  await at.apply([{ name: 'moved', heard: [{ event: 'stopped', detail: 'destroyed' }] }], two)
  expect(await row()).toEqual([[65, 2]])
  await at.apply([{ seen: 'gone' }], one)
  expect(await row()).toEqual([[128, 1]])
})

test('two hosts that report one VM in the same moment wait for each other, not crosswise', async () => {
  await using at = await ground('hv1', 'hv2')
  const [one, two] = at.places
  const many = (state: string, order: 1 | -1) =>
    Array.from({ length: 20 }, (_, n) =>
      seen(observed({ uuid: uuidOf(n + 1), name: `vm${n}`, state, metadata: marker(uuidOf(700 + n), copy) })),
    ).toSorted(() => order)
  for (let round = 0; round < 3; round++)
    await Promise.all([
      at.apply(many(round % 2 ? 'running' : 'shutoff', 1), one),
      at.apply(many(round % 2 ? 'shutoff' : 'running', -1), two),
    ])
  expect((await at.vms()).map((row) => row.sightings.length)).toEqual(Array.from({ length: 20 }, () => 2))
})

test('domains that come into sight together with one marker are one VM and its copies', async () => {
  await using at = await ground('hv1')
  const metadata = marker(uuidOf(701), copy)
  await at.apply([1, 2, 3].map((n) => seen(observed({ uuid: uuidOf(n), name: `clone-${n}`, metadata }))))
  const rows = await at.vms()
  expect(rows.map((row) => [row.name, row.id === uuidOf(701), row.sightings.length])).toEqual([
    ['clone-1', true, 1],
    ['clone-2', false, 1],
    ['clone-3', false, 1],
  ])
})

test('a copy of a VM that is known gets an id of its own, and the original keeps its row', async () => {
  await using at = await ground('hv1')
  const metadata = marker(uuidOf(701), copy)
  await at.apply([seen(observed({ metadata }))])
  await at.apply([seen(observed({ uuid: uuidOf(2), name: 'clone', metadata, state: 'running' }))])
  expect((await at.vms()).map((row) => [row.name, row.state])).toEqual([
    ['clone', 'running'],
    ['wiki', 'shutoff'],
  ])
  expect((await findVm(at.db.kysely, uuidOf(701), ['all'])).name).toBe('wiki')
})

test('a VM of another Floe is seen as theirs, and as ours once it carries our marker', async () => {
  await using at = await ground('hv1')
  await at.apply([seen(observed({ metadata: marker(uuidOf(701), uuidOf(901)) }))])
  expect((await at.vms()).map((row) => toVm(row))).toMatchObject([{ foreign: uuidOf(901), ours: false }])
  const [row] = await at.vms()
  await at.apply([seen(observed({ metadata: marker(row!.id, copy) }))])
  expect((await at.vms()).map((one) => toVm(one))).toMatchObject([{ id: row!.id, foreign: null, ours: true }])
})

test('a forged marker takes over no VM that is seen elsewhere and stops no batch', async () => {
  await using at = await ground('hv1')
  await at.apply([
    seen(observed({ metadata: marker('not an id', copy) })),
    seen(
      observed({
        uuid: uuidOf(2),
        name: 'other',
        metadata: marker('x'.repeat(10_000), "'; drop table vm; --".replaceAll("'", '&apos;')),
      }),
    ),
  ])
  expect((await at.vms()).map((row) => [row.name, row.owner_copy])).toEqual([
    ['other', null],
    ['wiki', null],
  ])
})

test('names, titles and notes of any length and with any character are kept', async () => {
  await using at = await ground('hv1')
  const name = 'ä<&amp;>\u202e'.replace('<', '&lt;') + 'x'.repeat(9_000)
  await at.apply([seen(observed({ name }))])
  expect((await at.vms())[0]?.name).toHaveLength(name.length)
})

test('events and repairs are counted on the host, whole batches or nothing', async () => {
  await using at = await ground('hv1')
  await at.apply([{ heard: [], ...seen(observed()) }], undefined, 3)
  await at.apply([{ ...seen(observed({ autostart: true })), because: 'list' }])
  const [host] = await at.db.kysely.selectFrom('host').select(['events_seen', 'repaired']).execute()
  expect(host).toEqual({ events_seen: 3, repaired: 1 })
  const bad = { ...observed({ uuid: uuidOf(5) }), state: null as never }
  await expect(at.apply([seen(observed({ uuid: uuidOf(6), name: 'six' })), seen(bad)])).rejects.toThrow('null value')
  expect((await at.vms()).map((row) => row.name)).toEqual(['wiki'])
})

test('what a task does stands in the history under the task and its user', async () => {
  await using at = await ground('hv1')
  await at.apply([seen(observed())])
  const [row] = await at.vms()
  const task = uuidOf(600)
  await at.db.pool.query(
    `insert into task (id, name, title, input, by_name) values ($1, 'vm.start', 'Start wiki', '{}', 'ada')`,
    [task],
  )
  await at.db.pool.query(
    `insert into lock (object_kind, object_id, task_id, cause) values ('vm', $1, $2, 'is being started')`,
    [row!.id, task],
  )
  const applied = await at.apply([{ heard: [{ event: 'started', detail: 'booted' }] }])
  expect(applied.started).toEqual([row!.id])
  expect((await at.changes()).at(-1)).toMatchObject({
    kind: 'vm.started',
    author_kind: 'user',
    author: 'ada',
    task_id: task,
  })
})
