import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { flags, paramRecord, type Hole } from '../index.ts'
import { expectNoLeaks, until } from '../test/leaks.ts'
import { testQemu } from '../test/test-qemu.ts'

expectNoLeaks()

const at = testQemu({ disk: Buffer.from('a boot sector of its own'.padEnd(1 << 20, '.')) })

const uuid = '11111111-2222-4333-8444-555555555555'

describe('a real libvirtd with QEMU and its companions', () => {
  test('memory and disks of a guest are looked into', async () => {
    const { call } = at.connection
    const dom = await at.guest('peek')
    const { physical } = flags.memoryPeek
    const memory = await call.domainMemoryPeek({ dom, offset: 0xfffffff0n, size: 16, flags: physical })
    expect(memory.bytes[0]).toBe(0xea) // where a PC starts: a far jump, in the ROM that its firmware cannot write over
    const disk = await call.domainBlockPeek({ dom, path: 'vda', offset: 2n, size: 4 })
    expect(disk.bytes.toString()).toBe('boot')
    await call.domainDestroyFlags({ dom })
  })

  test('memory goes to a file by named parameters, and comes back from it', async () => {
    const { call } = at.connection
    const dom = await at.guest('saved')
    const params = [{ name: 'file', type: 'string', value: join(at.host.dir, 'saved') }] as const
    await call.domainSaveParams({ dom, params })
    await expect(call.domainGetInfo({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
    await call.domainRestoreParams({ params, flags: flags.domainSaveRestore.paused })
    expect(await call.domainGetState({ dom })).toMatchObject({ state: 'paused' })
    await call.domainDestroyFlags({ dom })
  })

  test('a channel of the guest is opened like a console', async () => {
    const dom = await at.guest('channel', (xml) =>
      xml.replace('</devices>', "<channel type='unix'><target type='virtio' name='floe.1'/></channel></devices>"),
    )
    const channel = await at.connection.openChannel(dom, { name: 'floe.1' })
    channel.resume()
    const ended = channel.finished
    await at.connection.call.domainDestroyFlags({ dom })
    await ended
    await until(() => channel.closed)
    expect(channel.errored).toBeNull()
  })

  test('a job’s progress comes by name, and a job that is not there is refused', async () => {
    const { call } = at.connection
    const dom = await at.guest('job')
    expect(await call.domainGetJobStats({ dom })).toEqual({ type: 'none', params: [] })
    expect(await call.domainGetBlockJobInfo({ dom, disk: 'vda' })).toMatchObject({ found: false })
    await expect(call.domainAbortJob({ dom })).rejects.toMatchObject({ code: 'OPERATION_INVALID' })
    await call.domainStartDirtyRateCalc({ dom, seconds: 1 })
    const rate = async () => {
      const { records } = await call.connectGetAllDomainStats({ doms: [dom], stats: flags.domainStats.dirtyRate })
      return paramRecord(records[0]!.params)
    }
    let measured = await rate()
    while (measured['dirtyrate.calc_status'] !== 2) measured = await rate()
    expect(measured['dirtyrate.megabytes_per_second']).toBeTypeOf('bigint')
    await call.domainDestroyFlags({ dom })
  })

  test('a pool is found by its folder', async () => {
    const { call } = at.connection
    const path = join(at.host.dir, 'pool')
    const xml = `<pool type='dir'><name>p</name><target><path>${path}</path></target></pool>`
    const { pool } = await call.storagePoolCreateXml({ xml, flags: flags.poolCreate.withBuild })
    expect(await call.storagePoolLookupByTargetPath({ path })).toEqual({ pool })
    await call.storagePoolDestroy({ pool })
  })

  test('a sparse volume goes up and comes down with its holes, and takes no more room than its bytes', async () => {
    const { call } = at.connection
    const path = join(at.host.dir, 'sparse')
    const xml = `<pool type='dir'><name>sparse</name><target><path>${path}</path></target></pool>`
    const { pool } = await call.storagePoolCreateXml({ xml, flags: flags.poolCreate.withBuild })
    const { vol } = await call.storageVolCreateXml({
      pool,
      xml: "<volume><name>v</name><capacity unit='MiB'>64</capacity><allocation>0</allocation></volume>",
    })
    const up = await at.connection.volumeUpload(vol, { sparse: true })
    up.write(Buffer.alloc(65_536, 'a'))
    up.write({ hole: 60n << 20n } satisfies Hole)
    up.end(Buffer.alloc(65_536, 'z'))
    await up.finished
    const parts: (string | bigint)[] = []
    for await (const item of await at.connection.volumeDownload(vol, { sparse: true })) {
      const part = 'hole' in item ? item.hole : `${item.length} ${String.fromCharCode(item[0]!)}`
      parts.push(part)
    }
    expect(parts).toEqual(['65536 a', 60n << 20n, '65536 z'])
    expect((await call.storageVolGetInfo({ vol })).allocation).toBeLessThan(1n << 20n)
    await call.storageVolDelete({ vol })
    await call.storagePoolDestroy({ pool })
  })

  test('a port of a network has its bandwidth', async () => {
    const { call } = at.connection
    const { net } = await call.networkCreateXml({ xml: "<network><name>n</name><bridge name='virbr9'/></network>" })
    const { port } = await call.networkPortCreateXml({
      net,
      xml: `<networkport><uuid>${uuid}</uuid><owner><name>vm</name><uuid>${uuid}</uuid></owner>
        <mac address='52:54:00:00:00:08'/></networkport>`,
    })
    expect(port).toEqual({ net, uuid })
    await call.networkPortSetParameters({ port, params: [{ name: 'inbound.average', type: 'uint', value: 100 }] })
    expect(paramRecord((await call.networkPortGetParameters({ port })).params)).toMatchObject({
      'inbound.average': 100,
    })
    expect(await call.networkListAllPorts({ net })).toEqual({ ports: [port] })
    await call.networkPortDelete({ port })
    await call.networkDestroy({ net })
  })

  test('a secret is found by what it is for, and announces itself', async () => {
    const { call } = at.connection
    const stop = new AbortController()
    const heard: string[] = []
    const listening = (async () => {
      for await (const event of at.connection.events(['secretLifecycle', 'secretValueChange'], { signal: stop.signal }))
        heard.push(event.kind === 'secretLifecycle' ? event.event : event.kind)
    })()
    await until(() => heard.length === 1)
    const usage = `<usage type='volume'><volume>/v</volume></usage>`
    const { secret } = await call.secretDefineXml({ xml: `<secret><uuid>${uuid}</uuid>${usage}</secret>` })
    expect(secret).toEqual({ uuid, usageType: 'volume', usageId: '/v' })
    await call.secretSetValue({ secret, value: Buffer.from('\0ä') })
    expect((await call.secretGetValue({ secret })).value.toString()).toBe('\0ä')
    expect(await call.secretLookupByUsage({ usageType: 'volume', usageId: '/v' })).toEqual({ secret })
    await call.secretUndefine({ secret })
    await until(() => heard.length === 4)
    expect(heard).toEqual(['resync', 'defined', 'secretValueChange', 'undefined'])
    stop.abort()
    await listening
  })
})
