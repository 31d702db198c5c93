import { expect, test } from 'vitest'

import { flags } from '../index.ts'
import { testedVersion } from '../test/evidence.ts'
import { expectNoLeaks, until } from '../test/leaks.ts'
import { testLibvirtd } from '../test/test-libvirtd.ts'

expectNoLeaks()

const at = testLibvirtd()

const vm = `<domain type='test'><name>vm</name><memory unit='KiB'>65536</memory><currentMemory unit='KiB'>32768</currentMemory>
  <vcpu current='2'>4</vcpu><iothreads>1</iothreads><os><type>hvm</type></os><devices>
  <disk type='file' device='disk'><source file='/none.img'/><target dev='vda' bus='virtio'/></disk></devices></domain>`

test('the daemon is not older than the reference of calls says', async () => {
  const [major = 0, minor = 0, patch = 0] = testedVersion.split('.').map(Number)
  const { version } = await at.connection.call.connectGetLibVersion()
  expect(Number(version)).toBeGreaterThanOrEqual((major * 1000 + minor) * 1000 + patch)
})

test('a local connection is secure, and the node has its devices', async () => {
  const { call } = at.connection
  expect(await call.connectIsSecure()).toEqual({ secure: true })
  const { device } = await call.nodeDeviceLookupByName({ name: 'computer' })
  expect(device).toEqual({ name: 'computer' })
  const { count } = await call.nodeDeviceNumOfCaps({ name: 'computer' })
  expect(await call.nodeDeviceListCaps({ name: 'computer', max: count })).toEqual({ caps: ['system'] })
  expect((await call.nodeGetFreeMemory()).bytes).toBeGreaterThan(0n)
  expect((await call.nodeGetCellsFreeMemory({ firstCell: 0, cells: 2 })).bytes).toHaveLength(2)
})

test('a device of the node comes and goes, and announces itself', async () => {
  const { call } = at.connection
  const stop = new AbortController()
  const heard: string[] = []
  const listening = (async () => {
    for await (const event of at.connection.events(['nodeDeviceLifecycle'], { signal: stop.signal }))
      heard.push(event.kind === 'resync' ? event.why : `${event.event} ${event.device.name}`)
  })()
  await until(() => heard.length === 1)
  const capability = `<capability type='scsi_host'><capability type='fc_host'>
    <wwnn>2000000012341234</wwnn><wwpn>1000000012341234</wwpn></capability></capability>`
  const xml = `<device><parent>scsi_host1</parent>${capability}</device>`
  const { device } = await call.nodeDeviceCreateXml({ xml })
  expect(await call.nodeDeviceGetParent({ name: device.name })).toEqual({ parent: 'scsi_host1' })
  expect((await call.connectListAllNodeDevices()).devices).toContainEqual(device)
  await call.nodeDeviceDestroy({ name: device.name })
  await until(() => heard.length === 3)
  expect(heard).toEqual(['subscribed', `created ${device.name}`, `deleted ${device.name}`])
  stop.abort()
  await listening
})

test('processors and memory have a present and a most, running and as defined', async () => {
  const { call } = at.connection
  const { dom } = await call.domainCreateXml({ xml: vm })
  expect(await call.domainIsUpdated({ dom })).toEqual({ updated: false })
  expect(await call.domainGetMaxVcpus({ dom })).toEqual({ vcpus: 4 })
  expect(await call.domainGetVcpusFlags({ dom, flags: flags.vcpus.live })).toEqual({ vcpus: 2 })
  expect(await call.domainGetMaxMemory({ dom })).toEqual({ memoryKiB: 65_536n })
  await call.domainPinVcpuFlags({ dom, vcpu: 1, cpus: Buffer.from([0b101]) })
  const { maps, count } = await call.domainGetVcpuPinInfo({ dom, max: 2, mapBytes: 1 })
  expect({ count, maps: [...maps] }).toEqual({ count: 2, maps: [0xff, 0b101] })
  expect((await call.domainGetIothreadInfo({ dom })).iothreads.map(({ id }) => id)).toEqual([1])
  await call.domainDestroyFlags({ dom })
})

test('parameters go in and come out with their strings, in one call', async () => {
  const { call } = at.connection
  const { dom } = await call.domainCreateXml({ xml: vm })
  const params = [
    { name: 'total_iops_sec', type: 'ullong', value: 100n },
    { name: 'total_iops_sec_max', type: 'ullong', value: 200n },
    { name: 'group_name', type: 'string', value: 'fast' },
  ] as const
  await call.domainSetBlockIoTune({ dom, disk: 'vda', params, flags: flags.domainImpact.live })
  const tuned = await call.domainGetBlockIoTune({ dom, disk: 'vda', flags: flags.domainImpact.live })
  for (const each of params) expect(tuned.params).toContainEqual(each)
  await expect(
    call.domainSetBlockIoTune({ dom, disk: 'vda', params: [{ name: 'total_iops_sec', type: 'uint', value: 1 }] }),
  ).rejects.toMatchObject({ code: 'INVALID_ARG' })
  await call.domainDestroyFlags({ dom })
})

test('snapshots are a tree', async () => {
  const { call } = at.connection
  const { dom } = await call.domainDefineXmlFlags({ xml: vm })
  const make = async (name: string) =>
    (await call.domainSnapshotCreateXml({ dom, xml: `<domainsnapshot><name>${name}</name></domainsnapshot>` })).snapshot
  const [first, second] = [await make('first'), await make('second')]
  expect(await call.domainSnapshotGetParent({ snapshot: second })).toEqual({ snapshot: first })
  expect(await call.domainSnapshotIsCurrent({ snapshot: second })).toEqual({ current: true })
  expect(await call.domainSnapshotListAllChildren({ snapshot: first })).toEqual({ snapshots: [second] })
  expect(second).toMatchObject({ name: 'second', dom: { name: 'vm' } })
  await call.domainSnapshotDelete({ snapshot: first, flags: flags.snapshotDelete.children })
  expect(await call.domainListAllSnapshots({ dom })).toEqual({ snapshots: [] })
  await call.domainUndefineFlags({ dom })
})

test('the host’s interfaces are changed as a whole or not at all', async () => {
  const { call } = at.connection
  await call.interfaceChangeBegin()
  const { iface } = await call.interfaceDefineXml({
    xml: "<interface type='ethernet' name='eth7'><mac address='52:54:00:00:00:07'/></interface>",
  })
  expect(iface).toEqual({ name: 'eth7', mac: '52:54:00:00:00:07' })
  await call.interfaceChangeRollback()
  await expect(call.interfaceLookupByName({ name: 'eth7' })).rejects.toMatchObject({ code: 'NO_INTERFACE' })
})
