import { expect, test } from 'vitest'

import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { applyNews } from '../inventory/apply.ts'
import type { Place } from '../inventory/known.ts'
import { marker, observed, uuidOf } from '../testing/observed.ts'
import { listVms } from '../vm/vm-store.ts'
import { forgetHost } from './forget-host.ts'
import { insertHost, recordListing } from './host-store.ts'

const copy = uuidOf(900)

async function ground(...names: readonly string[]) {
  const db = await testDatabase()
  const places: Place[] = []
  for (const name of names) {
    const { id } = await insertHost(db.kysely, { host: newId<HostId>(), name, uri: `test://${name}` })
    places.push({ host: id, hostName: name, copy })
  }
  const look = (place: Place, ...seen: ReturnType<typeof observed>[]) =>
    applyNews(
      db.kysely,
      place,
      seen.map((one) => ({ uuid: one.uuid, name: one.name, heard: [], seen: one, because: 'first' })),
      0,
    )
  return { db, places, look, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

test('a host whose first listing was cut off takes along the VMs that only it had shown', async () => {
  await using at = await ground('hv1', 'hv2')
  const [one, two] = at.places as [Place, Place]
  const shared = observed({ uuid: uuidOf(2), name: 'shared', metadata: marker(uuidOf(702), copy) })
  await at.look(two, shared)
  await at.look(one, observed({ name: 'alone' }), shared)
  expect(await forgetHost(at.db.kysely, one.host)).toBe(true)

  const vms = await listVms(at.db.kysely, ['all'], {}, { sort: 'name', down: false, limit: 10, from: 0 })
  expect(vms.map((vm) => [vm.name, vm.sightings.map((each) => each.host)])).toEqual([['shared', ['hv2']]])
  const told = await at.db.kysely.selectFrom('change').select(['kind', 'object_name']).orderBy('revision').execute()
  expect(told.slice(-2)).toEqual([
    { kind: 'host.removed', object_name: 'hv1' },
    { kind: 'vm.removed', object_name: 'alone' },
  ])
  expect(await forgetHost(at.db.kysely, one.host)).toBe(false)
})

test('a host that was listed whole stays, with its VMs', async () => {
  await using at = await ground('hv1')
  const [place] = at.places
  await at.look(place!, observed())
  await recordListing(at.db.kysely, place!, {})
  expect(await forgetHost(at.db.kysely, place!.host)).toBe(false)
  expect(await listVms(at.db.kysely, ['all'], {}, { sort: 'name', down: false, limit: 10, from: 0 })).toHaveLength(1)
})

test('a second host of one address or one name is refused in words, also when it came in between', async () => {
  await using at = await ground('hv1')
  const again = (name: string, uri: string) => insertHost(at.db.kysely, { host: newId<HostId>(), name, uri })
  await expect(again('other', 'test://hv1')).rejects.toMatchObject({
    code: 'host_taken',
    message: 'test://hv1 is here already, as hv1. "floe host refresh hv1" looks at it again.',
  })
  await expect(again('hv1', 'test:///default')).rejects.toMatchObject({
    code: 'host_name_taken',
    message:
      'A host called hv1 is here already: test://hv1. Give test:///default another name ("floe host add test:///default --name NAME").',
  })
})
