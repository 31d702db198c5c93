import { expect, test } from 'vitest'

import { newId, type VolumeId } from '../../base/ids.ts'
import { json } from '../../db/json.ts'
import { testDatabase } from '../../db/testing.ts'
import { useInWords, usersOfVolumes } from './volume-users.ts'

type Disk = Readonly<Record<string, unknown>>

async function ground() {
  const db = await testDatabase()
  const insert = async (into: string, row: Readonly<Record<string, unknown>>): Promise<string> => {
    const [id, keys] = [newId(), Object.keys(row)]
    const values = keys.map((_, i) => `$${i + 2}`).join(', ')
    await db.pool.query(`insert into ${into} (id, ${keys.join(', ')}) values ($1, ${values})`, [
      id,
      ...Object.values(row),
    ])
    return id
  }
  return {
    host: (name: string) => insert('host', { name, uri: `test://${name}`, state: 'up' }),
    pool: (host: string, name: string, kind = 'dir') =>
      insert('pool', { host_id: host, uuid: newId(), name, kind, state: 'running' }),
    volume: async (pool: string, path: string, backing: string | null = null): Promise<VolumeId> =>
      (await insert('volume', {
        pool_id: pool,
        name: path.split('/').at(-1),
        key: path,
        path,
        kind: 'disk',
        backing,
      })) as VolumeId,
    async vm(host: string, name: string, disk: Disk, gone = false, boots: readonly string[] = []): Promise<void> {
      const disks = [{ device: 'disk', source: null, pool: null, volume: null, readonly: false, ...disk }]
      const id = await insert('vm', { name, summary: json({ disks, boots }), gone_at: gone ? new Date() : null })
      await db.pool.query(
        `insert into sighting (host_id, uuid, vm_id, name, state) values ($1, $2, $2, $3, 'shutoff')`,
        [host, id, name],
      )
    },
    /** Who uses a volume, in words. */
    async users(volume: VolumeId): Promise<string[]> {
      const users = (await usersOfVolumes(db.kysely, [volume])).get(volume)!
      return users.map((one) =>
        one.kind === 'image'
          ? one.name
          : `${one.name}${one.writes ? ' writes' : ''}${one.rests ? ' over another' : ''}`,
      )
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

test('a disk is a VM’s by its path, or by its pool and name', async () => {
  await using at = await ground()
  const [hv1, images] = await at.host('hv1').then(async (host) => [host, await at.pool(host, 'images')] as const)
  const volume = await at.volume(images, '/images/a.qcow2')
  await at.vm(hv1, 'by-path', { source: '/images/a.qcow2' })
  await at.vm(hv1, 'by-pool', { source: 'images/a.qcow2', pool: 'images', volume: 'a.qcow2' })
  await at.vm(hv1, 'reads', { source: '/images/a.qcow2', device: 'cdrom', readonly: true })
  await at.vm(hv1, 'other', { source: '/images/b.qcow2' })
  await at.vm(hv1, 'gone', { source: '/images/a.qcow2' }, true)
  expect((await at.users(volume)).toSorted()).toEqual(['by-path writes', 'by-pool writes', 'reads'])
})

test('two pools over one folder have the same volume', async () => {
  await using at = await ground()
  const hv1 = await at.host('hv1')
  const [one, two] = [await at.pool(hv1, 'one'), await at.pool(hv1, 'two')]
  const volume = await at.volume(one, '/images/a.qcow2')
  await at.volume(two, '/images/a.qcow2')
  await at.vm(hv1, 'shop', { source: 'two/a.qcow2', pool: 'two', volume: 'a.qcow2' })
  expect(await at.users(volume)).toEqual(['shop writes'])
})

test('the same path on another host is another file, unless the pool is shared', async () => {
  await using at = await ground()
  const [hv1, hv2] = [await at.host('hv1'), await at.host('hv2')]
  const local = await at.volume(await at.pool(hv1, 'images'), '/images/a.qcow2')
  await at.volume(await at.pool(hv2, 'images'), '/images/a.qcow2')
  await at.vm(hv2, 'elsewhere', { source: '/images/a.qcow2' })
  expect(await at.users(local)).toEqual([])
  const nfs = await at.volume(await at.pool(hv1, 'nfs', 'netfs'), '/nfs/a.qcow2')
  await at.volume(await at.pool(hv2, 'nfs', 'netfs'), '/nfs/a.qcow2')
  await at.vm(hv2, 'shares', { source: '/nfs/a.qcow2' })
  expect(await at.users(nfs)).toEqual(['shares writes'])
})

test('what rests on a volume uses it: images by their headers, however deep, their VMs, and chains in a domain', async () => {
  await using at = await ground()
  const hv1 = await at.host('hv1')
  const pool = await at.pool(hv1, 'images')
  const base = await at.volume(pool, '/images/base.qcow2')
  await at.volume(pool, '/images/middle.qcow2', '/images/base.qcow2')
  await at.volume(pool, '/images/top.qcow2', '/images/middle.qcow2')
  expect(await at.users(base)).toEqual(['middle.qcow2', 'top.qcow2'])
  await at.vm(hv1, 'clone', { source: '/images/top.qcow2' })
  await at.vm(hv1, 'outside', { source: '/elsewhere/x.qcow2', backing: ['/images/base.qcow2'] })
  expect((await at.users(base)).toSorted()).toEqual([
    'clone over another',
    'middle.qcow2',
    'outside over another',
    'top.qcow2',
  ])
  const round = await at.volume(pool, '/images/round.qcow2', '/images/round.qcow2')
  expect(await at.users(round)).toEqual(['round.qcow2'])
})

test('what a VM boots with is used by it, and not written', async () => {
  await using at = await ground()
  const hv1 = await at.host('hv1')
  const kernel = await at.volume(await at.pool(hv1, 'images'), '/images/vmlinuz')
  await at.vm(hv1, 'sample', { source: '/images/a.qcow2' }, false, ['/images/vmlinuz', '/images/initrd'])
  expect(await at.users(kernel)).toEqual(['sample'])
})

test('uses are told in words', () => {
  const vm = (name: string, more: object = {}) =>
    ({ kind: 'vm', id: name as never, name, writes: true, rests: false, boots: false, ...more }) as const
  expect(useInWords([])).toBeUndefined()
  expect(useInWords([vm('shop'), vm('wiki')])).toBe('the disk of shop, wiki')
  expect(useInWords([vm('shop', { boots: true })])).toBe('what boots shop')
  expect(useInWords([vm('shop', { rests: true }), { kind: 'image', id: 'x' as VolumeId, name: 'top.qcow2' }])).toBe(
    'part of the disk of shop and what other images rest on: top.qcow2',
  )
})
