import { existsSync } from 'node:fs'
import { dirname } from 'node:path'

import { expect, test } from 'vitest'

import { guestPrompt, makeGuest } from './guest.ts'
import { startHost } from './host.ts'
import { identify, isAlive } from './processes.ts'
import { run } from './run.ts'

test('a guest boots to its shell, its QEMU can be killed, and libvirtd comes back to it', async () => {
  await using host = await startHost()
  const guest = await makeGuest(host, { name: 'g1' })
  await host.virsh('create', guest.path)
  await guest.says(guestPrompt)

  await host.restartLibvirtd()
  expect(await host.virsh('domstate', 'g1')).toContain('running')

  const qemu = identify(host.qemuPid('g1')!)!
  process.kill(qemu.pid, 'SIGKILL')
  await expect.poll(() => isAlive(qemu)).toBe(false)
  await expect.poll(() => host.virsh('list', '--name')).not.toContain('g1')
})

test('a power cut ends every process of the host, and it comes back with its definitions and no guest running', async () => {
  await using host = await startHost()
  const guest = await makeGuest(host, { name: 'g1' })
  await host.virsh('define', guest.path)
  await host.virsh('start', 'g1')
  const qemu = identify(host.qemuPid('g1')!)!

  await host.powerCut()
  expect(isAlive(qemu)).toBe(false)
  await expect(host.virsh('list')).rejects.toThrow('Connection refused')

  await host.powerOn()
  expect(await host.virsh('domstate', 'g1')).toContain('shut off')
})

test('a host is reached over TLS by who has a certificate of its authority', async () => {
  await using host = await startHost({ name: 'far', tls: true })
  expect(await run('virsh', ['-c', host.tls!.uri, 'hostname'])).toContain('far')
  await host.powerCut()
  await host.powerOn()
  expect(await run('virsh', ['-c', host.tls!.uri, 'hostname'])).toContain('far')
})

test('QEMU runs as an ordinary user when asked to', async () => {
  await using host = await startHost({ qemuUser: 'libvirt-qemu' })
  const guest = await makeGuest(host, { name: 'g1' })
  await host.virsh('create', guest.path)
  expect(await run('ps', ['-o', 'user:20=', '-p', String(host.qemuPid('g1'))])).toContain('libvirt-qemu')
})

test('nothing of a host is left when it is disposed', async () => {
  const host = await startHost({ tls: true })
  const init = identify(host.initPid)!
  await host[Symbol.asyncDispose]()
  expect(isAlive(init)).toBe(false)
  expect(existsSync(dirname(host.imagesDir))).toBe(false)
})
