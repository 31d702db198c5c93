import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  dial,
  flags,
  LibvirtError,
  nodeCpuTimes,
  nodeMemory,
  paramRecord,
  stateReason,
  type Connection,
  type Dom,
  type LibvirtEvent,
  type Resync,
} from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { eject, guestXml, qemuHost, qemuOf, usbDisk, type QemuHost } from './test/qemu-host.ts'

expectNoLeaks()

let host: QemuHost
let connection: Connection
beforeAll(async () => {
  host = await qemuHost()
  // The first definition probes every QEMU of the machine.
  connection = await dial(host.target, { deadlineMs: 60_000 })
})
afterAll(async () => {
  await connection?.close()
  await host?.[Symbol.asyncDispose]()
})

async function guest(name: string): Promise<Dom> {
  const disk = join(host.images, `${name}.img`)
  await writeFile(disk, Buffer.alloc(1 << 20))
  return (await connection.call.domainCreateXml({ xml: guestXml(name, disk) })).dom
}

function listen(kinds: readonly LibvirtEvent['kind'][]): { items: (LibvirtEvent | Resync)[]; end(): Promise<void> } {
  const stop = new AbortController()
  const items: (LibvirtEvent | Resync)[] = []
  const done = (async () => {
    for await (const item of connection.events(kinds, { signal: stop.signal })) items.push(item)
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
    const memory = await nodeMemory(connection.call)
    expect(memory['total']).toBeGreaterThan(memory['free']!)
    expect(Object.keys(await nodeCpuTimes(connection.call))).toContain('idle')
    const { xml } = await connection.call.connectGetDomainCapabilities({ arch: 'x86_64', virtType: 'qemu' })
    expect(xml).toContain('<domain>qemu</domain>')
  })

  test('typed statistics of a running guest arrive with their strings', async () => {
    const dom = await guest('stats')
    const { records } = await connection.call.connectGetAllDomainStats({ doms: [dom] })
    const stats = paramRecord(records[0]!.params)
    expect(stats).toMatchObject({ 'state.state': 1, 'vcpu.current': 1, 'block.0.name': 'vda' })
    expect(stats['balloon.current']).toBe(65_536n)
    await connection.call.domainDestroyFlags({ dom })
  })

  test('a state has its reason as a word', async () => {
    const dom = await guest('states')
    const reason = async (): Promise<string> => {
      const { state, reason } = await connection.call.domainGetState({ dom })
      return `${state} ${stateReason(state, reason)}`
    }
    expect(await reason()).toBe('running booted')
    await connection.call.domainSuspend({ dom })
    expect(await reason()).toBe('paused user')
    await connection.call.domainResume({ dom })
    expect(await reason()).toBe('running unpaused')
    await connection.call.domainDestroyFlags({ dom })
    expect(stateReason('paused', 5)).toBe('ioerror')
    expect(stateReason('unknown-9', 3)).toBe('unknown-3')
  })

  test('the serial console is read and written, and ends with the guest', async () => {
    const dom = await guest('console')
    const console = await connection.openConsole(dom, { flags: flags.domainConsole.force })
    let said = ''
    console.on('data', (bytes: Buffer) => (said += bytes.toString()))
    await until(() => said.includes('Machine UUID'))
    console.write('x')
    const ended = console.finished
    await connection.call.domainDestroyFlags({ dom })
    await ended
    await until(() => console.closed)
    expect(said).toContain('SeaBIOS')
  })

  test('a second viewer of one console is refused in words, and force takes it over', async () => {
    const dom = await guest('shared')
    const first = await connection.openConsole(dom, { flags: flags.domainConsole.safe })
    first.on('error', () => {})
    await expect(connection.openConsole(dom, { flags: flags.domainConsole.safe })).rejects.toBeInstanceOf(LibvirtError)
    const second = await connection.openConsole(dom, { flags: flags.domainConsole.force })
    await until(() => first.closed)
    second.destroy()
    await connection.call.domainDestroyFlags({ dom })
  })

  test('the screen is a picture', async () => {
    const dom = await guest('screen')
    const { mime, stream } = await connection.screenshot(dom)
    const picture = await buffer(stream)
    expect(mime).toMatch(/^image\//)
    expect(picture.length).toBeGreaterThan(100)
    await connection.call.domainSendKey({ dom, keys: [30, 48], holdMs: 10 })
    await connection.call.domainDestroyFlags({ dom })
  })

  test('devices come and go, and the host announces each', async () => {
    const dom = await guest('devices')
    const heard = listen(['deviceAdded', 'deviceRemoved', 'trayChange'])
    await until(() => heard.items.length === 1)
    const file = join(host.images, 'usb.img')
    await writeFile(file, Buffer.alloc(1 << 20))
    const { live } = flags.domainDevice
    await connection.call.domainAttachDeviceFlags({ dom, xml: usbDisk(file), flags: live })
    await connection.call.domainDetachDeviceFlags({ dom, xml: usbDisk(file), flags: live })
    await until(() => heard.items.some(({ kind }) => kind === 'deviceRemoved'))
    await connection.call.domainUpdateDeviceFlags({ dom, xml: eject(file), flags: live })
    await until(() => heard.items.some(({ kind }) => kind === 'trayChange'))
    expect(heard.items[1]).toMatchObject({ kind: 'deviceAdded', device: 'usb-disk0' })
    await heard.end()
    await connection.call.domainBlockResize({ dom, disk: 'vda', size: 2n << 20n, flags: flags.domainBlockResize.bytes })
    const info = await connection.call.domainGetBlockInfo({ dom, path: 'vda' })
    expect(info.capacity).toBe(2n << 20n)
    await connection.call.domainDestroyFlags({ dom })
  })

  test('a volume of 20 MB goes up and comes down unchanged, while calls are answered', async () => {
    const { call } = connection
    const xml = `<pool type='dir'><name>p</name><target><path>${host.images}/p</path></target></pool>`
    const { pool } = await call.storagePoolDefineXml({ xml })
    await call.storagePoolBuild({ pool })
    await call.storagePoolCreate({ pool })
    const { vol } = await call.storageVolCreateXml({
      pool,
      xml: "<volume><name>v</name><capacity unit='MiB'>20</capacity></volume>",
    })
    const bytes = Buffer.alloc(20 << 20)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32BE((at * 2_654_435_761) >>> 0, at)
    const upload = await connection.volumeUpload(vol)
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, () => call.connectGetUri())),
      pipeline([bytes], upload),
    ])
    await upload.finished
    expect(answers).toHaveLength(50)
    expect((await buffer(await connection.volumeDownload(vol))).equals(bytes)).toBe(true)
    const part = await buffer(await connection.volumeDownload(vol, { offset: 4096n, length: 8192n }))
    expect(part.equals(bytes.subarray(4096, 12_288))).toBe(true)
    await call.storageVolResize({ vol, capacity: 30n << 20n })
    expect((await call.storageVolGetInfo({ vol })).capacity).toBe(30n << 20n)
    await call.storageVolDelete({ vol })
    await call.storagePoolDestroy({ pool })
    await call.storagePoolUndefine({ pool })
  })

  test('an upload onto a full file system ends in the words of the host', async () => {
    const { call } = connection
    const xml = `<pool type='dir'><name>small</name><target><path>${host.small}</path></target></pool>`
    const { pool } = await call.storagePoolDefineXml({ xml })
    await call.storagePoolCreate({ pool })
    const { vol } = await call.storageVolCreateXml({
      pool,
      xml: "<volume><name>v</name><capacity unit='MiB'>16</capacity><allocation>0</allocation></volume>",
    })
    const upload = await connection.volumeUpload(vol)
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
    const [stopped, fine] = [await guest('stopped'), await guest('fine')]
    const pid = qemuOf(host, 'stopped')
    process.kill(pid, 'SIGSTOP')
    const stats = flags.domainStats.balloon | flags.domainStats.block
    const hung = Array.from({ length: 6 }, () =>
      connection.call
        .connectGetAllDomainStats({ doms: [stopped], stats }, { deadlineMs: 1500 })
        .catch((e: unknown) => e),
    )
    const held = Array.from({ length: 6 }, () =>
      connection.call.domainSendKey({ dom: stopped, keys: [30] }, { deadlineMs: 1500 }).catch((e: unknown) => e),
    )
    await expect(connection.call.domainGetInfo({ dom: fine })).resolves.toMatchObject({ state: 'running' })
    for (const outcome of await Promise.all([...hung, ...held]))
      expect(outcome).toMatchObject({ name: 'DeadlineExceeded' })
    await expect(connection.call.domainGetState({ dom: fine })).resolves.toMatchObject({ state: 'running' })
    process.kill(pid, 'SIGCONT')
    await until(() => connection.load.underWay === 0)
    await connection.call.domainDestroyFlags({ dom: stopped })
    await connection.call.domainDestroyFlags({ dom: fine })
  })
})
