import { expect, test } from 'vitest'

import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { insertHost, listHosts } from '../host/host-store.ts'
import { applyNews } from '../inventory/apply.ts'
import { observed, uuidOf } from '../testing/observed.ts'
import { sickVmIds } from './overview-store.ts'

test('what others may see takes no place in the list of those that need somebody', async () => {
  await using db = await testDatabase()
  const { id } = await insertHost(db.kysely, { host: newId<HostId>(), name: 'hv1', uri: 'test://hv1' })
  const paused = (n: number) => observed({ uuid: uuidOf(n), name: `vm${n}`, state: 'paused' })
  const news = Array.from({ length: 6 }, (_, n) => paused(n + 1))
  await applyNews(
    db.kysely,
    { host: id, hostName: 'hv1', copy: uuidOf(900) },
    news.map((seen) => ({ uuid: seen.uuid, name: seen.name, heard: [], seen, because: 'first' })),
    0,
  )
  // Another host shows all of them too, so each is seen twice; only one belongs to ann.
  const second = await insertHost(db.kysely, { host: newId<HostId>(), name: 'hv2', uri: 'test://hv2' })
  await db.pool.query(
    `insert into sighting (host_id, uuid, vm_id, name, state) select $1, uuid, vm_id, name, state from sighting`,
    [second.id],
  )
  await db.pool.query(`update vm set scopes = '{all,account:ann}' where name = 'vm6'`)
  expect(await sickVmIds(db.kysely, ['account:ann'], 1)).toHaveLength(1)
  expect(await sickVmIds(db.kysely, ['all'], 100)).toHaveLength(6)
  expect((await listHosts(db.kysely, ['account:ann'])).map((host) => host.name)).toEqual([])
})
