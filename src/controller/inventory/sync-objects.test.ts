import { expect, test } from 'vitest'

import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import type { Place } from './known.ts'
import { changesOf, syncObjects, type SeenObject } from './sync-objects.ts'

const place: Place = { host: newId<HostId>(), hostName: 'hv1', copy: newId() }
const kind = { noun: 'network', stateTitle: (state: string) => (state === 'active' ? 'Started' : 'Stopped') } as const
const lab = { id: 'a', uuid: 'a', name: 'lab', state: 'active' }

test('what came, what is in another state and what is gone are changes; what stays is none', () => {
  const was = [lab, { ...lab, id: 'b', uuid: 'b' }, { ...lab, id: 'c', uuid: 'c' }]
  const now = [lab, { ...lab, id: 'b', uuid: 'b', state: 'inactive' }, { ...lab, id: 'd', uuid: 'd' }]
  expect(changesOf(place, kind, was, now).map((one) => [one.kind, one.objectId, one.title])).toEqual([
    ['network.state', 'b', 'Stopped'],
    ['network.found', 'd', 'Found on hv1'],
    ['network.removed', 'c', 'Removed from hv1'],
  ])
})

test('an object keeps its id for as long as its host shows it', async () => {
  await using db = await testDatabase()
  await db.pool.query(`insert into host (id, name, uri, state) values ($1, 'hv1', 'a', 'up')`, [place.host])
  const write = async (_trx: unknown, { host }: Place, rows: readonly (SeenObject & { readonly id: string })[]) => {
    for (const { id, uuid, name, state } of rows)
      await db.pool.query(
        `insert into network (id, host_id, uuid, name, state) values ($1, $2, $3, $4, $5) on conflict do nothing`,
        [id, host, uuid, name, state],
      )
  }
  const seen = [{ uuid: newId(), name: 'lab', state: 'active' }]
  const ids = async () => (await db.pool.query<{ id: string }>('select id from network')).rows.map((row) => row.id)
  await syncObjects(db.kysely, place, { ...kind, write }, seen)
  const first = await ids()
  await syncObjects(db.kysely, place, { ...kind, write }, seen)
  expect(await ids()).toEqual(first)
  await syncObjects(db.kysely, place, { ...kind, write }, [])
  expect(await ids()).toEqual([])
})
