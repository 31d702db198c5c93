import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

import { describe, expect, test } from 'vitest'

import {
  flags,
  LibvirtError,
  nodeCpuTimes,
  nodeMemory,
  paramRecord,
  stateReason,
  type LibvirtEvent,
  type Resync,
} from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { eject, qemuOf, usbDisk } from './test/qemu-host.ts'
import { testQemu } from './test/test-qemu.ts'

expectNoLeaks()

const at = testQemu()

function listen(kinds: readonly LibvirtEvent['kind'][]): { items: (LibvirtEvent | Resync)[]; end(): Promise<void> } {
  const stop = new AbortController()
  const items: (LibvirtEvent | Resync)[] = []
  const done = (async () => {
    for await (const item of at.connection.events(kinds, { signal: stop.signal })) items.push(item)
  })()
  return {
    items,
    end: async () => {
      stop.abort()
      await done
    },
  }
}

describe('a real libvirtd with QEMU', () => {
  test('tells what the host has', async () => {
    const memory = await nodeMemory(at.connection.call)
    expect(memory['total']).toBeGreaterThan(memory['free']!)
    expect(Object.keys(await nodeCpuTimes(at.connection.call))).toContain('idle')
    const { xml } = await at.connection.call.connectGetDomainCapabilities({ arch: 'x86_64', virtType: 'qemu' })
    expect(xml).toContain('<domain>qemu</domain>')
  })

  test('typed statistics of a running guest arrive with their strings', async () => {
    const dom = await at.guest('stats')
    const { records } = await at.connection.call.connectGetAllDomainStats({ doms: [dom] })
    const stats = paramRecord(records[0]!.params)
    expect(stats).toMatchObject({ 'state.state': 1, 'vcpu.current': 1, 'block.0.name': 'vda' })
    expect(stats['balloon.current']).toBe(65_536n)
    await at.connection.call.domainDestroyFlags({ dom })
  })

  test('a state has its reason as a word', async () => {
    const dom = await at.guest('states')
    const reason = async (): Promise<string> => {
      const { state, reason } = await at.connection.call.domainGetState({ dom })
      return `${state} ${stateReason(state, reason)}`
    }
    expect(await reason()).toBe('running booted')
    await at.connection.call.domainSuspend({ dom })
    expect(await reason()).toBe('paused user')
    await at.connection.call.domainResume({ dom })
    expect(await reason()).toBe('running unpaused')
    await at.connection.call.domainDestroyFlags({ dom })
    expect(stateReason('paused', 5)).toBe('ioerror')
    expect(stateReason('unknown-9', 3)).toBe('unknown-3')
  })

  test('the serial console is read and written, and ends with the guest', async () => {
    const dom = await at.guest('console')
    const console = await at.connection.openConsole(dom, { flags: flags.domainConsole.force })
    let said = ''
    console.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await until(() => said.includes('Machine UUID'))
    console.write('x')
    const ended = console.finished
    await at.connection.call.domainDestroyFlags({ dom })
    await ended
    await until(() => console.closed)
    expect(said).toContain('SeaBIOS')
  })

  test('a second viewer of one console is refused in words, and force takes it over', async () => {
    const dom = await at.guest('shared')
    const first = await at.connection.openConsole(dom, { flags: flags.domainConsole.safe })
    first.on('error', () => {})
    await expect(at.connection.openConsole(dom, { flags: flags.domainConsole.safe })).rejects.toBeInstanceOf(
      LibvirtError,
    )
    const second = await at.connection.openConsole(dom, { flags: flags.domainConsole.force })
    await until(() => first.closed)
    second.destroy()
    await at.connection.call.domainDestroyFlags({ dom })
  })

  test('the screen is a picture', async () => {
    const dom = await at.guest('screen')
    const { mime, stream } = await at.connection.screenshot(dom)
    const picture = await buffer(stream)
    expect(mime).toMatch(/^image\//)
    expect(picture.length).toBeGreaterThan(100)
    await at.connection.call.domainSendKey({ dom, keys: [30, 48], holdMs: 10 })
    await at.connection.call.domainDestroyFlags({ dom })
  })

  test('devices come and go, and the host announces each', async () => {
    const dom = await at.guest('devices')
    const heard = listen(['deviceAdded', 'deviceRemoved', 'trayChange'])
    await until(() => heard.items.length === 1)
    const file = join(at.host.images, 'usb.img')
    await writeFile(file, Buffer.alloc(1 << 20))
    const { live } = flags.domainDevice
    await at.connection.call.domainAttachDeviceFlags({ dom, xml: usbDisk(file), flags: live })
    await at.connection.call.domainDetachDeviceFlags({ dom, xml: usbDisk(file), flags: live })
    await until(() => heard.items.some(({ kind }) => kind === 'deviceRemoved'))
    await at.connection.call.domainUpdateDeviceFlags({ dom, xml: eject(file), flags: live })
    await until(() => heard.items.some(({ kind }) => kind === 'trayChange'))
    expect(heard.items[1]).toMatchObject({ kind: 'deviceAdded', device: 'usb-disk0' })
    await heard.end()
    await at.connection.call.domainBlockResize({
      dom,
      disk: 'vda',
      size: 2n << 20n,
      flags: flags.domainBlockResize.bytes,
    })
    const info = await at.connection.call.domainGetBlockInfo({ dom, path: 'vda' })
    expect(info.capacity).toBe(2n << 20n)
    await at.connection.call.domainDestroyFlags({ dom })
  })

  test('a volume of 20 MB goes up and comes down unchanged, while calls are answered', async () => {
    const { call } = at.connection
    const xml = `<pool type='dir'><name>p</name><target><path>${at.host.images}/p</path></target></pool>`
    const { pool } = await call.storagePoolDefineXml({ xml })
    await call.storagePoolBuild({ pool })
    await call.storagePoolCreate({ pool })
    const { vol } = await call.storageVolCreateXml({
      pool,
      xml: "<volume><name>v</name><capacity unit='MiB'>20</capacity></volume>",
    })
    const bytes = Buffer.alloc(20 << 20)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE((at * 2_654_435_761) >>> 0, at)
    const upload = await at.connection.volumeUpload(vol)
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, () => call.connectGetUri())),
      pipeline([bytes], upload),
    ])
    await upload.finished
    expect(answers).toHaveLength(50)
    expect((await buffer(await at.connection.volumeDownload(vol))).equals(bytes)).toBe(true)
    const part = await buffer(await at.connection.volumeDownload(vol, { offset: 4096n, length: 8192n }))
    expect(part.equals(bytes.subarray(4096, 12_288))).toBe(true)
    await call.storageVolResize({ vol, capacity: 30n << 20n })
    expect((await call.storageVolGetInfo({ vol })).capacity).toBe(30n << 20n)
    await call.storageVolDelete({ vol })
    await call.storagePoolDestroy({ pool })
    await call.storagePoolUndefine({ pool })
  })

  test('an upload onto a full file system ends in the words of the host', async () => {
    const { call } = at.connection
    const xml = `<pool type='dir'><name>small</name><target><path>${at.host.small}</path></target></pool>`
    const { pool } = await call.storagePoolDefineXml({ xml })
    await call.storagePoolCreate({ pool })
    const { vol } = await call.storageVolCreateXml({
      pool,
      xml: "<volume><name>v</name><capacity unit='MiB'>16</capacity><allocation>0</allocation></volume>",
    })
    const upload = await at.connection.volumeUpload(vol)
    // So much that the daemon notices while it is still being sent: libvirt 9.0 was once seen to say OK to an upload
    // whose only write failed at the very end.
    const bytes = Array.from({ length: 64 }, () => Buffer.alloc(1 << 18, 'x'))
    await expect(pipeline(bytes, upload)).rejects.toThrow('No space left on device')
    await expect(upload.finished).rejects.toBeInstanceOf(LibvirtError)
    await call.storageVolDelete({ vol })
    await call.storagePoolDestroy({ pool })
    await call.storagePoolUndefine({ pool })
  })

  test('a stopped QEMU (SIGSTOP) holds its own calls and nobody else’s, and destroying it is the way out', async () => {
    const [stopped, fine] = [await at.guest('stopped'), await at.guest('fine')]
    const pid = qemuOf(at.host, 'stopped')
    process.kill(pid, 'SIGSTOP')
    const stats = flags.domainStats.balloon | flags.domainStats.block
    const hung = Array.from({ length: 6 }, () =>
      at.connection.call
        .connectGetAllDomainStats({ doms: [stopped], stats }, { deadlineMs: 1500 })
        .catch((e: unknown) => e),
    )
    const held = Array.from({ length: 6 }, () =>
      at.connection.call.domainSendKey({ dom: stopped, keys: [30] }, { deadlineMs: 1500 }).catch((e: unknown) => e),
    )
    await expect(at.connection.call.domainGetInfo({ dom: fine })).resolves.toMatchObject({ state: 'running' })
    for (const outcome of await Promise.all([...hung, ...held]))
      expect(outcome).toMatchObject({ name: 'DeadlineExceeded' })
    await expect(at.connection.call.domainGetState({ dom: fine })).resolves.toMatchObject({ state: 'running' })
    process.kill(pid, 'SIGCONT')
    await until(() => at.connection.load.underWay === 0)
    await at.connection.call.domainDestroyFlags({ dom: stopped })
    await at.connection.call.domainDestroyFlags({ dom: fine })
  })
})
