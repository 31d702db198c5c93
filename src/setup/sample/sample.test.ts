import { expect, test } from 'vitest'

import { writeCpio } from './cpio.ts'
import { inittab, rc, sampleCommandLine } from './guest-files.ts'
import { loadOrder, moduleName, readNeeds, type Module } from './modules.ts'

const modules: Module[] = [
  { name: 'virtio', file: 'virtio.ko', needs: ['virtio_ring'] },
  { name: 'virtio_ring', file: 'virtio_ring.ko', needs: [] },
  { name: 'virtio_net', file: 'virtio_net.ko', needs: ['virtio', 'net_failover'] },
]
const find = (name: string): Module | undefined => modules.find((module) => module.name === name)

test('a module comes after everything that it needs, and once', () => {
  const order = loadOrder(['virtio_net', 'virtio', 'no_such_module'], find).map((module) => module.name)
  expect(order).toEqual(['virtio_ring', 'virtio', 'virtio_net'])
})

test('two modules that need each other do not hang the search', () => {
  const circle = (name: string): Module => ({ name, file: '', needs: [name === 'a' ? 'b' : 'a'] })
  expect(loadOrder(['a'], circle)).toHaveLength(2)
})

test('what a module needs is read from its strings, with one spelling of names', () => {
  expect(readNeeds(Buffer.from('x\0depends=virtio-ring,virtio\0name=y\0'))).toEqual(['virtio_ring', 'virtio'])
  expect(readNeeds(Buffer.from('\0depends=\0'))).toEqual([])
  expect(readNeeds(Buffer.from('no strings at all'))).toEqual([])
  expect(moduleName('lib/modules/6.1/kernel/drivers/char/hw_random/virtio-rng.ko.xz')).toBe('virtio_rng')
})

test('an archive holds each entry at a multiple of four bytes and ends with its trailer', () => {
  const archive = writeCpio([
    { kind: 'folder', path: 'etc' },
    { kind: 'file', path: 'etc/motd', data: 'hello' },
    { kind: 'link', path: 'init', to: 'bin/busybox' },
    { kind: 'device', path: 'dev/console', major: 5, minor: 1 },
  ])
  expect(archive.length % 4).toBe(0)
  expect(listCpio(archive)).toEqual([
    'drwx etc 0',
    '-rw- etc/motd 5',
    'lrwx init 11',
    'crw- dev/console 0',
    '---- TRAILER!!! 0',
  ])
})

test('the guest has a shell on its screen and on the serial line that its kernel talks to', () => {
  for (const arch of ['amd64', 'arm64'] as const) {
    const serial = sampleCommandLine(arch).match(/console=(tty[AS]\w+)/)?.[1]
    expect(inittab(arch)).toContain(`\n${serial}::respawn:`)
    expect(inittab(arch)).toContain('\ntty1::respawn:')
  }
  expect(rc(['virtio_ring.ko', 'virtio.ko'])).toMatch(/virtio_ring\.ko[^]*virtio\.ko/)
})

/** Reads an archive back by its header fields alone: kind and owner's rights, path, size. */
function listCpio(archive: Buffer): string[] {
  const kinds: Record<number, string> = { 0o04: 'd', 0o10: '-', 0o12: 'l', 0o02: 'c', 0: '-' }
  const lines: string[] = []
  for (let at = 0; at < archive.length;) {
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16)
    const [mode, size, nameLength] = [field(1), field(6), field(11)]
    const name = archive.toString('utf8', at + 110, at + 110 + nameLength - 1)
    const rights = ['r', 'w', 'x'].map((letter, bit) => (mode & (0o400 >> bit) ? letter : '-')).join('')
    lines.push(`${kinds[mode >> 12]}${rights} ${name} ${size}`)
    const aligned = (length: number): number => Math.ceil(length / 4) * 4
    at += aligned(110 + nameLength) + aligned(size)
  }
  return lines
}
