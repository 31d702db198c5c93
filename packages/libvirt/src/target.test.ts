import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { describeTarget, localSockets, localTarget } from './index.ts'

test('the modular daemon is tried before the monolithic one', async () => {
  expect(localSockets()).toEqual(['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock'])
  const dir = await mkdtemp(join(tmpdir(), 'floe-run-'))
  expect(localTarget('qemu:///system', dir).via).toEqual({ unix: join(dir, 'libvirt-sock') })
  await writeFile(join(dir, 'virtqemud-sock'), '')
  expect(localTarget('qemu:///system', dir).via).toEqual({ unix: join(dir, 'virtqemud-sock') })
  await rm(dir, { recursive: true })
})

test('a target is described without its keys', () => {
  const tls = { host: 'h', ca: 'CA', cert: 'CERT', key: 'SECRET' }
  expect(describeTarget({ uri: 'qemu:///system', via: { tls } })).toBe('qemu:///system at h:16514')
})
