import { buffer } from 'node:stream/consumers'

import { describe, expect, test } from 'vitest'

import { dial, features, flags, keepConnected, LibvirtError, type LibvirtEvent, type Resync } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { testLibvirtd } from './test/test-libvirtd.ts'
import { privateLibvirtd } from './testing/index.ts'

expectNoLeaks()

const at = testLibvirtd()

const domainXml = (name: string): string =>
  `<domain type='test'><name>${name}</name><memory unit='KiB'>65536</memory><os><type>hvm</type></os></domain>`
let made = 0
async function newDomain(): Promise<{ name: string; uuid: string; id: number }> {
  const { dom } = await at.connection.call.domainDefineXmlFlags({ xml: domainXml(`vm-${++made}`) })
  return dom
}

describe('a real libvirtd with its test driver', () => {
  test('says who it is', async () => {
    const { call } = at.connection
    expect(await call.connectGetUri()).toEqual({ uri: 'test:///default' })
    expect((await call.connectGetType()).type).toBe('TEST')
    expect((await call.connectGetLibVersion()).version).toBeGreaterThan(8_000_000n)
    expect((await call.connectGetVersion()).version).toBe(2n)
    expect((await call.connectGetHostname()).hostname).not.toBe('')
    expect((await call.connectGetCapabilities()).xml).toContain('<capabilities>')
    expect(await call.nodeGetInfo()).toMatchObject({ model: 'i686', memoryKiB: 3_145_728n, cpus: 16, nodes: 2 })
    expect(await call.connectSupportsFeature({ feature: features.eventCallback })).toEqual({ supported: true })
    expect(await call.authList()).toEqual({ types: ['none'] })
  })

  test('a domain is defined, started, stopped and undefined, and its id is -1 while it does not run', async () => {
    const { call } = at.connection
    const dom = await newDomain()
    expect(dom).toMatchObject({ name: `vm-${made}`, id: -1 })
    expect(await call.domainGetState({ dom })).toEqual({ state: 'shutoff', reason: 0 })
    const { dom: running } = await call.domainCreateWithFlags({ dom })
    expect(running.id).toBeGreaterThan(0)
    expect(await call.domainIsActive({ dom })).toEqual({ active: true })
    expect(await call.domainIsPersistent({ dom })).toEqual({ persistent: true })
    expect(await call.domainGetInfo({ dom })).toMatchObject({ state: 'running', maxMemoryKiB: 65_536n, vcpus: 1 })
    await call.domainSuspend({ dom })
    expect((await call.domainGetState({ dom })).state).toBe('paused')
    await call.domainResume({ dom })
    await call.domainReboot({ dom })
    await call.domainShutdownFlags({ dom })
    expect((await call.domainGetState({ dom })).state).toBe('shutoff')
    await call.domainCreateWithFlags({ dom })
    await call.domainDestroyFlags({ dom })
    await call.domainUndefineFlags({ dom, flags: flags.domainUndefine.managedSave })
    await expect(call.domainLookupByUuid({ uuid: dom.uuid })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  })

  test('domains are found by name and UUID and listed, and a daemon needs the UUID alone', async () => {
    const { call } = at.connection
    const dom = await newDomain()
    expect(await call.domainLookupByName({ name: dom.name })).toEqual({ dom })
    expect(await call.domainLookupByUuid({ uuid: dom.uuid.toUpperCase() })).toEqual({ dom })
    expect((await call.connectListAllDomains()).domains).toContainEqual(dom)
    const { domains } = await call.connectListAllDomains({ flags: flags.domainList.active })
    expect(domains.map(({ name }) => name)).toContain('test')
    expect((await call.domainGetXmlDesc({ dom: { name: 'whatever', uuid: dom.uuid } })).xml).toContain(dom.uuid)
    await call.domainUndefineFlags({ dom })
  })

  test('a transient domain is made from XML and is gone when it ends', async () => {
    const { call } = at.connection
    const { dom } = await call.domainCreateXml({ xml: domainXml('passing') })
    expect(await call.domainIsPersistent({ dom })).toEqual({ persistent: false })
    await call.domainDestroyFlags({ dom })
    await expect(call.domainGetInfo({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  })

  test('metadata, title, autostart and memory are written and read back', async () => {
    const { call } = at.connection
    const dom = await newDomain()
    const { element, title } = flags.domainMetadata
    const uri = 'http://floe.example/1'
    await call.domainSetMetadata({ dom, type: element, metadata: '<a>ä</a>', key: 'floe', uri })
    expect((await call.domainGetMetadata({ dom, type: element, uri })).metadata).toBe('<a>ä</a>')
    await call.domainSetMetadata({ dom, type: title, metadata: 'a title' })
    expect(await call.domainGetMetadata({ dom, type: title })).toEqual({ metadata: 'a title' })
    await call.domainSetAutostart({ dom, autostart: true })
    expect(await call.domainGetAutostart({ dom })).toEqual({ autostart: true })
    await call.domainSetMemoryFlags({ dom, memoryKiB: 32_768n, flags: flags.domainMemory.config })
    expect((await call.domainGetXmlDesc({ dom, flags: flags.domainXml.inactive })).xml).toContain("'KiB'>32768<")
    await call.domainSetMetadata({ dom, type: element, uri })
    const gone = call.domainGetMetadata({ dom, type: element, uri })
    await expect(gone).rejects.toMatchObject({ code: 'NO_DOMAIN_METADATA' })
    await call.domainUndefineFlags({ dom })
  })

  test('statistics come for all domains in one call, and a group that the driver lacks is refused when enforced', async () => {
    const { call } = at.connection
    const { records } = await call.connectGetAllDomainStats({ stats: flags.domainStats.state })
    const own = records.find(({ dom }) => dom.name === 'test')
    expect(own?.params).toContainEqual({ name: 'state.state', type: 'int', value: 1 })
    const { block } = flags.domainStats
    const refused = call.connectGetAllDomainStats({ stats: block, flags: flags.domainStatsList.enforce })
    await expect(refused).rejects.toBeInstanceOf(LibvirtError)
    const one = await call.connectGetAllDomainStats({ doms: [own!.dom], stats: flags.domainStats.state })
    expect(one.records).toHaveLength(1)
  })

  test('pools and volumes go through their whole life', async () => {
    const { call } = at.connection
    const xml = `<pool type='dir'><name>p</name><target><path>${at.daemon.dir}/p</path></target></pool>`
    const { pool } = await call.storagePoolDefineXml({ xml })
    await call.storagePoolBuild({ pool })
    await call.storagePoolCreate({ pool })
    await call.storagePoolSetAutostart({ pool, autostart: true })
    expect(await call.storagePoolGetAutostart({ pool })).toEqual({ autostart: true })
    await call.storagePoolRefresh({ pool })
    expect(await call.storagePoolIsActive({ pool })).toEqual({ active: true })
    expect(await call.storagePoolLookupByName({ name: 'p' })).toEqual({ pool })
    expect(await call.storagePoolLookupByUuid({ uuid: pool.uuid })).toEqual({ pool })
    expect((await call.connectListAllStoragePools({ flags: flags.poolList.active })).pools).toContainEqual(pool)
    expect((await call.storagePoolGetXmlDesc({ pool })).xml).toContain('<name>p</name>')
    const before = await call.storagePoolGetInfo({ pool })
    expect(before.state).toBe('running')

    const volume = "<volume><name>v</name><capacity unit='MiB'>3</capacity></volume>"
    const { vol } = await call.storageVolCreateXml({ pool, xml: volume })
    expect(vol).toMatchObject({ pool: 'p', name: 'v' })
    expect(await call.storageVolGetInfo({ vol })).toMatchObject({ type: 'file', capacity: 3n << 20n })
    const { path } = await call.storageVolGetPath({ vol })
    expect(await call.storageVolLookupByName({ pool, name: 'v' })).toEqual({ vol })
    expect(await call.storageVolLookupByKey({ key: vol.key })).toEqual({ vol })
    expect(await call.storageVolLookupByPath({ path })).toEqual({ vol })
    expect(await call.storagePoolLookupByVolume({ vol })).toEqual({ pool })
    expect((await call.storageVolGetXmlDesc({ vol })).xml).toContain('<name>v</name>')
    expect(await call.storagePoolListAllVolumes({ pool })).toEqual({ volumes: [vol] })
    await call.storageVolDelete({ vol })
    await expect(call.storageVolGetInfo({ vol })).rejects.toMatchObject({ code: 'NO_STORAGE_VOL' })
    await call.storagePoolDestroy({ pool })
    await call.storagePoolUndefine({ pool })
    await expect(call.storagePoolGetInfo({ pool })).rejects.toMatchObject({ code: 'NO_STORAGE_POOL' })
  })

  test('networks go through their whole life', async () => {
    const { call } = at.connection
    const { net } = await call.networkDefineXml({ xml: "<network><name>n</name><ip address='192.0.2.1'/></network>" })
    await call.networkCreate({ net })
    expect(await call.networkIsActive({ net })).toEqual({ active: true })
    expect(await call.networkIsPersistent({ net })).toEqual({ persistent: true })
    await call.networkSetAutostart({ net, autostart: true })
    expect(await call.networkGetAutostart({ net })).toEqual({ autostart: true })
    expect(await call.networkLookupByName({ name: 'n' })).toEqual({ net })
    expect(await call.networkLookupByUuid({ uuid: net.uuid })).toEqual({ net })
    expect((await call.networkGetXmlDesc({ net })).xml).toContain('<name>n</name>')
    expect((await call.connectListAllNetworks()).networks).toContainEqual(net)
    await call.networkDestroy({ net })
    await call.networkUndefine({ net })
    await expect(call.networkIsActive({ net })).rejects.toMatchObject({ code: 'NO_NETWORK' })
  })

  test('a screenshot is a picture', async () => {
    const { dom } = await at.connection.call.domainLookupByName({ name: 'test' })
    const { mime, stream } = await at.connection.screenshot(dom)
    expect(mime).toBe('image/png')
    expect((await buffer(stream)).subarray(1, 4).toString()).toBe('PNG')
    await stream.finished
  })

  test('an aborted stream on a shared connection leaves it as good as new', async () => {
    const { dom } = await at.connection.call.domainLookupByName({ name: 'test' })
    for (let n = 0; n < 12; n++) {
      const { stream } = await at.connection.screenshot(dom, { shared: true })
      stream.destroy()
    }
    expect(await at.connection.call.connectGetUri()).toEqual({ uri: 'test:///default' })
  })

  test('every start and stop of 200 domains at once is announced, in the order of each domain', async () => {
    const stop = new AbortController()
    const items: (LibvirtEvent | Resync)[] = []
    const listening = (async () => {
      for await (const item of at.connection.events(['lifecycle'], { signal: stop.signal })) items.push(item)
    })()
    await until(() => items.length === 1)
    const names = Array.from({ length: 200 }, (_, n) => `flood-${n}`)
    await Promise.all(
      names.map(async (name) => {
        const { dom } = await at.connection.call.domainCreateXml({ xml: domainXml(name) })
        await at.connection.call.domainDestroyFlags({ dom })
      }),
    )
    const heard = (): string[] =>
      items.flatMap((each) =>
        each.kind === 'lifecycle' && each.dom.name.startsWith('flood') ? [`${each.dom.name} ${each.event}`] : [],
      )
    await until(() => heard().length >= 400)
    stop.abort()
    await listening
    for (const name of names)
      expect(heard().filter((each) => each.startsWith(`${name} `))).toEqual([`${name} started`, `${name} stopped`])
  })

  test('pools and networks announce themselves, and registrations of all families are taken back', async () => {
    const stop = new AbortController()
    const items: (LibvirtEvent | Resync)[] = []
    const kinds = ['poolLifecycle', 'poolRefresh', 'networkLifecycle', 'metadataChange'] as const
    const listening = (async () => {
      for await (const item of at.connection.events(kinds, { signal: stop.signal })) items.push(item)
    })()
    await until(() => items.length === 1)
    const { pools } = await at.connection.call.connectListAllStoragePools()
    await at.connection.call.storagePoolRefresh({ pool: pools[0]! })
    await at.connection.call.storagePoolDestroy({ pool: pools[0]! })
    await at.connection.call.storagePoolCreate({ pool: pools[0]! })
    const { networks } = await at.connection.call.connectListAllNetworks()
    await at.connection.call.networkDestroy({ net: networks[0]! })
    await at.connection.call.networkCreate({ net: networks[0]! })
    await until(() => items.length >= 6)
    expect(items.slice(1).map((each) => `${each.kind} ${'event' in each ? each.event : ''}`)).toEqual([
      'poolRefresh ',
      'poolLifecycle stopped',
      'poolLifecycle started',
      'networkLifecycle stopped',
      'networkLifecycle started',
    ])
    stop.abort()
    await listening
    const { callback } = await at.connection.call.connectNetworkEventRegisterAny({ event: 0 })
    await at.connection.call.connectNetworkEventDeregisterAny({ callback })
    const again = at.connection.call.connectNetworkEventDeregisterAny({ callback })
    await expect(again).rejects.toBeInstanceOf(LibvirtError)
    const pool = await at.connection.call.connectStoragePoolEventRegisterAny({ event: 0 })
    await at.connection.call.connectStoragePoolEventDeregisterAny(pool)
    const domain = await at.connection.call.connectDomainEventCallbackRegisterAny({ event: 0 })
    await at.connection.call.connectDomainEventCallbackDeregisterAny(domain)
  })

  test('what a driver cannot do is an error with a code, and the connection stays', async () => {
    const { dom } = await at.connection.call.domainLookupByName({ name: 'test' })
    await expect(at.connection.call.domainAbortJob({ dom })).rejects.toMatchObject({ code: 'NO_SUPPORT', number: 3 })
    await expect(at.connection.call.domainLookupByName({ name: 'ä'.repeat(10_000) })).rejects.toMatchObject({
      code: 'NO_DOMAIN',
    })
    expect(await at.connection.call.connectGetUri()).toEqual({ uri: 'test:///default' })
  })

  test('XML of 3 MB and XML that is none are answered', async () => {
    const xml = domainXml('big').replace('</domain>', `<description>${'x'.repeat(3_000_000)}</description></domain>`)
    const { dom } = await at.connection.call.domainDefineXmlFlags({ xml })
    expect((await at.connection.call.domainGetXmlDesc({ dom })).xml.length).toBeGreaterThan(3_000_000)
    await at.connection.call.domainUndefineFlags({ dom })
    await expect(at.connection.call.domainDefineXmlFlags({ xml: '<domain' })).rejects.toBeInstanceOf(LibvirtError)
  })

  test('a thousand calls at once are all answered', async () => {
    const { dom } = await at.connection.call.domainLookupByName({ name: 'test' })
    const answers = await Promise.all(Array.from({ length: 1000 }, () => at.connection.call.domainGetInfo({ dom })))
    expect(answers.every(({ state }) => state === 'running')).toBe(true)
  })
})

describe('a real libvirtd that goes', () => {
  test('killed and started again: calls fail with a reason, the link comes back and says resync', async () => {
    await using own = await privateLibvirtd()
    await using link = keepConnected(own.target, { backoff: { firstMs: 20, maxMs: 100 } })
    await link.up()
    const items = link.events(['lifecycle'], { signal: new AbortController().signal })[Symbol.asyncIterator]()
    expect((await items.next()).value).toMatchObject({ why: 'subscribed' })
    const after = items.next()
    await own.kill()
    await until(() => link.state.state !== 'up')
    await expect(link.call.connectGetUri()).rejects.toMatchObject({ name: 'ConnectionLost' })
    await own.start()
    expect((await after).value).toMatchObject({ kind: 'resync', why: 'reconnected' })
    await expect(link.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  })

  test('stopped (SIGSTOP): keepalive notices', async () => {
    await using own = await privateLibvirtd()
    await using silent = await dial(own.target, { keepalive: { intervalMs: 50, count: 2 } })
    process.kill(own.pid, 'SIGSTOP')
    const why = await silent.closed
    expect(why?.message).toContain('keepalive pings')
    process.kill(own.pid, 'SIGCONT')
  })

  test('a URI without a driver is refused in its own words', async () => {
    await using own = await privateLibvirtd()
    await expect(dial({ ...own.target, uri: 'qemu:///system' })).rejects.toBeInstanceOf(LibvirtError)
  })
})
