import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../testbed/until.ts'
import { parseMarker } from '../../domain/index.ts'
import { headerBytes } from '../../images/header.ts'
import { startFakeHost } from '../testing/fake-host.ts'
import { ground, type Ground } from '../testing/ground.ts'
import { hands } from '../testing/hands.ts'
import { adoptedXml, foreignXml } from '../testing/kill-rows.ts'

// What others do to a VM and its disks on the host while a task of Floe's is on its way.
let at: Ground
const made = new AsyncDisposableStack()
beforeAll(async () => {
  at = made.use(await ground())
})
afterAll(() => made.disposeAsync())

const {
  client,
  vm,
  domain,
  bodyOf,
  inInventory,
  foreignOver,
  make,
  defined,
  takenOver,
  disksOf,
  volume,
  refresh,
  addHost,
  cancel,
  logOf,
} = hands(() => at)
const remove = (name: string, disks: 'keep' | 'remove' = 'keep') =>
  client().deleteVm({ params: { vm: name }, query: { disks } })
const withDisk = (name: string, path: string): string =>
  adoptedXml(name).replace('</domain>', `<devices>${diskOf(path)}</devices></domain>`)
const diskOf = (path: string, target = 'vda'): string =>
  `<disk type="file" device="disk"><source file="${path}"/><target dev="${target}" bus="virtio"/></disk>`

test('a delete that is refused because virsh has removed the VM does not define it again', async () => {
  await make('removed')
  const { task, go } = await at.standing('vm.delete/remove the definition/before-effect', () => remove('removed'))
  await cancel(task)
  at.host.undefine('removed')
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(domain('removed')).toBeUndefined()
})

test('a delete that is undone does not define a VM again that another host has by now', async () => {
  const other = made.use(await startFakeHost())
  await addHost(other)
  await make('moved')
  const xml = domain('moved')!.xml
  const { task, go } = await at.standing('vm.delete/see it gone/before-effect', () => remove('moved'))
  other.define(xml)
  await until('it on the other host', async () => (await vm('moved')).host === other.name)
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(domain('moved')).toBeUndefined()
  expect(await logOf(task)).toContain('moved is not put back: another host has it by now.')
})

test('an undone delete leaves a VM alone that somebody has defined again', async () => {
  await make('again')
  const { uuid } = Object.assign(domain('again')!, { autostart: true })
  const { task, go } = await at.standing('vm.delete/see it gone/before-effect', () => remove('again'))
  at.host.define(foreignXml('again').replace('<memory', `<uuid>${uuid}</uuid><memory`))
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(parseMarker(domain('again')!.xml)?.floe).toMatch(/^0f0e0d0c/)
  expect(domain('again')!.autostart).toBe(false)
})

test('an undone creation leaves the disks of a VM that another Floe took over', async () => {
  const { task, go } = await at.standing('vm.create/see it defined/before-effect', () =>
    client().createVm({ body: bodyOf('claimed') }),
  )
  await inInventory('claimed')
  at.host.define(foreignOver('claimed'))
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(disksOf('claimed')).toHaveLength(1)
  expect(await logOf(task)).toContain("claimed is somebody else's by now, and keeps its disks: claimed-")
})

test('an undone creation leaves a disk that a running guest has, even if nobody was told', async () => {
  await make('guest', { start: true })
  const { task, go } = await at.standing('vm.create/define it/before-effect', () =>
    client().createVm({ body: bodyOf('lender') }),
  )
  const [name] = disksOf('lender')
  at.host.attachLive('guest', diskOf((await volume(name!)).path, 'vdb'), false)
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(disksOf('lender')).toEqual([name])
  expect(await logOf(task)).toContain(`${name} is kept: it is the disk of guest by now.`)
})

test('a disk that is only attached to the running guest is in use until the guest ends', async () => {
  await make('runs', { start: true })
  at.host.addVolume('floe', 'live.img')
  await refresh()
  const { path } = await volume('live.img')
  at.host.attachLive('runs', diskOf(path, 'vdb'), true)
  await until('its use', async () => (await volume('live.img')).usedBy.includes('runs'))
  const body = { ...bodyOf('taker'), from: 'disk', disks: [{ pool: 'floe', volume: 'live.img' }] } as never
  await expect(client().createVm({ body })).rejects.toMatchObject({ code: 'image_in_use' })
  at.host.crash('runs')
  await until('its end', async () => (await volume('live.img')).usedBy.length === 0)
})

test('a disk that virsh has just attached to a running guest is not removed under it', async () => {
  await make('host-of-it', { start: true })
  await make('owner')
  const [name] = disksOf('owner')
  const { path } = await volume(name!)
  const { task, go } = await at.standing('vm.delete/remove its disks/before-effect', () => remove('owner', 'remove'))
  at.host.attachLive('host-of-it', diskOf(path, 'vdb'), false)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'done' })
  expect(disksOf('owner')).toEqual([name])
  expect(await logOf(task)).toContain(`${name} is kept: it is the disk of host-of-it by now.`)
})

const iso = Buffer.alloc(headerBytes)
iso.write('\u0001CD001\u0001', 32_768, 'latin1')

test('an ISO image that a VM is being made to read is not removed with another, and one that is removed is not read', async () => {
  for (const name of ['first.img', 'second.img']) at.host.addVolume('floe', name, iso)
  await refresh()
  const read = (name: string, image: string) => () =>
    client().createVm({ body: { ...bodyOf(name), from: 'iso', iso: { pool: 'floe', volume: image }, disks: [] } })
  const reading = await at.standing('vm.create/define it/before-effect', read('reader', 'first.img'))
  await defined('holder', withDisk('holder', (await volume('first.img')).path))
  const kept = await at.floe.finish((await remove('holder', 'remove')).task)
  expect(kept).toMatchObject({ state: 'done' })
  expect(await logOf(kept)).toContain('first.img is kept: it is becoming a medium of reader')
  reading.go()
  expect(await at.floe.finish(reading.task)).toMatchObject({ state: 'done' })

  await defined('second-holder', withDisk('second-holder', (await volume('second.img')).path))
  const place = 'vm.delete/remove its disks/before-effect'
  const removing = await at.standing(place, () => remove('second-holder', 'remove'))
  const late = await at.floe.finish((await read('late-reader', 'second.img')()).task)
  expect(late).toMatchObject({ error: { code: 'object_locked', message: expect.stringContaining('is removed with') } })
  removing.go()
  expect(await at.floe.finish(removing.task)).toMatchObject({ state: 'done' })
  expect(at.host.volumes('floe')).not.toContain('second.img')
})

test('what a delete would remove is what it removes: disks of its own pool that it alone uses, whoever made them', async () => {
  for (const name of ['uploaded.img', 'shared.img']) at.host.addVolume('floe', name)
  await refresh()
  const [own, shared] = [(await volume('uploaded.img')).path, (await volume('shared.img')).path]
  const both = `<devices>${diskOf(own)}${diskOf(shared, 'vdb')}</devices></domain>`
  await defined('has-two', adoptedXml('has-two').replace('</domain>', both))
  await defined('shares', withDisk('shares', shared))
  expect((await vm('has-two')).removable).toEqual([{ pool: 'floe', volume: 'uploaded.img', capacityBytes: 4096 }])
  await at.floe.finish((await remove('has-two', 'remove')).task)
  expect(at.host.volumes('floe')).not.toContain('uploaded.img')
  expect(at.host.volumes('floe')).toContain('shared.img')
})

test('a VM made here is not ours any more once another Floe has taken it over', async () => {
  await make('lost')
  expect((await vm('lost')).ours).toBe(true)
  await takenOver('lost')
  expect(await vm('lost')).toMatchObject({ ours: false })
})

test('a tag does not write our marker over that of another Floe whose event is only on the way', async () => {
  await make('tagged')
  const { uuid, xml } = domain('tagged')!
  // The event is on its way for as long as the host's answer about the domain is.
  const answer = Promise.withResolvers<void>()
  const foreign = foreignOver('tagged')
  at.host.daemon.answer({
    domainGetAutostart: async ({ dom }) => {
      if (dom.uuid === uuid) await answer.promise
      return { autostart: false }
    },
  })
  at.host.define(foreign)
  await expect(client().editVm({ params: { vm: 'tagged' }, body: { tags: ['web'] } })).rejects.toMatchObject({
    code: 'vm_foreign',
  })
  answer.resolve()
  expect(parseMarker(domain('tagged')!.xml)?.floe).not.toBe(parseMarker(xml)?.floe)
  await until('it as another Floe’s', async () => (await vm('tagged')).foreign !== null)
  expect((await vm('tagged')).tags).toEqual([])
})

test('taking over a VM that is gone by now does not end as done', async () => {
  await defined('vanished', foreignXml('vanished'))
  const { task, go } = await at.standing('vm.take-over/mark it as ours/before-effect', () =>
    client().takeOverVm({ params: { vm: 'vanished' } }),
  )
  at.host.undefine('vanished')
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'failed', error: { code: 'not_found' } })
})
