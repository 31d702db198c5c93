import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { dial, flags, paramRecord, type Connection, type Dom, type TypedParam } from '../index.ts'
import { expectNoLeaks } from '../test/leaks.ts'
import { guestXml, qemuHost, type QemuHost } from '../test/qemu-host.ts'

expectNoLeaks()

const hosts: QemuHost[] = []
const connections: Connection[] = []
beforeAll(async () => {
  for (const name of ['floe-source', 'floe-target']) {
    const host = await qemuHost(name)
    hosts.push(host)
    // The first definition probes every QEMU of the machine.
    connections.push(await dial(host.target, { deadlineMs: 60_000 }))
  }
})
afterAll(async () => {
  for (const connection of connections) await connection.close()
  for (const host of hosts) await host[Symbol.asyncDispose]()
})

// Both hosts see one file system; libvirt cannot know that.
const migrate = flags.migrate.live | flags.migrate.unsafe

async function guest(name: string): Promise<{ dom: Dom; params: readonly TypedParam[] }> {
  const [host] = hosts
  const disk = join(host!.images, `${name}.img`)
  await writeFile(disk, Buffer.alloc(1 << 20))
  const { dom } = await connections[0]!.call.domainCreateXml({ xml: guestXml(name, disk) })
  const uri = `unix://${join(host!.dir, `${name}.sock`)}`
  return { dom, params: [{ name: 'migrate_uri', type: 'string', value: uri }] }
}

test('a guest is migrated by its host alone, and the job says how it went', async () => {
  const [source, destination] = connections.map(({ call }) => call)
  const { dom, params } = await guest('managed')
  const { unix } = hosts[1]!.target.via as { unix: string }
  await source!.domainMigratePerform3Params({
    dom,
    destination: `qemu+unix:///system?socket=${unix}`,
    params,
    flags: migrate | flags.migrate.peerToPeer,
  })
  await expect(source!.domainGetInfo({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  expect(await destination!.domainGetState({ dom })).toMatchObject({ state: 'running' })
  const { type, params: figures } = await destination!.domainGetJobStats({ dom, flags: flags.jobStats.completed })
  expect(type).toBe('completed')
  expect(paramRecord(figures)['memory_total']).toBeGreaterThan(0n)
  await destination!.domainDestroyFlags({ dom })
})

test('a guest is migrated by this client, step by step, each with the cookie of the one before', async () => {
  const [source, destination] = connections.map(({ call }) => call)
  const { dom, params: uri } = await guest('driven')
  const named = { name: 'destination_name', type: 'string', value: dom.name } as const
  const begun = await source!.domainMigrateBegin3Params({ dom, params: [named], flags: migrate })
  const params = [named, ...uri, { name: 'destination_xml', type: 'string', value: begun.xml } as const]
  const prepared = await destination!.domainMigratePrepare3Params({ params, cookie: begun.cookie, flags: migrate })
  const performed = await source!.domainMigratePerform3Params({
    dom,
    params: [named, ...uri],
    cookie: prepared.cookie,
    flags: migrate,
  })
  const last = { flags: migrate, cancelled: false }
  const finished = await destination!.domainMigrateFinish3Params({ params, cookie: performed.cookie, ...last })
  await source!.domainMigrateConfirm3Params({ dom, params: [named], cookie: finished.cookie, ...last })
  expect(finished.dom).toMatchObject({ name: 'driven', uuid: dom.uuid })
  await expect(source!.domainGetInfo({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  expect(await destination!.domainGetState({ dom })).toMatchObject({ state: 'running' })
  await destination!.domainDestroyFlags({ dom })
})

test('what this client gave up is confirmed as cancelled, and the guest runs on where it was', async () => {
  const [source, destination] = connections.map(({ call }) => call)
  const { dom, params: uri } = await guest('cancelled')
  // Without this flag the source holds no job from begin to perform, and has nothing to confirm.
  const held = migrate | flags.migrate.changeProtection
  const named = { name: 'destination_name', type: 'string', value: dom.name } as const
  const begun = await source!.domainMigrateBegin3Params({ dom, params: [], flags: held })
  const params = [named, ...uri, { name: 'destination_xml', type: 'string', value: begun.xml } as const]
  const prepared = await destination!.domainMigratePrepare3Params({ params, cookie: begun.cookie, flags: held })
  const last = { flags: held, cancelled: true }
  await expect(
    destination!.domainMigrateFinish3Params({ params, cookie: prepared.cookie, ...last }),
  ).rejects.toMatchObject({ name: 'LibvirtError' })
  await source!.domainMigrateConfirm3Params({ dom, params: [], ...last })
  expect(await source!.domainGetState({ dom })).toMatchObject({ state: 'running' })
  await expect(destination!.domainGetInfo({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  await source!.domainDestroyFlags({ dom })
})
