import { readFileSync } from 'node:fs'

import { parse, type XmlElement, XmlError } from '@floe/xml'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { DocumentError, parseDomain } from './index.ts'

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
const rich = fixture('rich.in.xml')

test('a rich domain shows everything it has', () => {
  expect(parseDomain(rich)).toMatchObject({
    uuid: '6d9bb2a5-2d3b-4b64-9d6c-9d7c9a3e5a10',
    name: 'shop-db',
    title: 'Shop database',
    description: 'Bought in 2019.\nTwo lines.',
    id: 7,
    type: 'kvm',
    memoryMiB: 4001, // 4,194,305 KB of a thousand bytes, rounded up
    currentMemoryMiB: 2048,
    vcpus: { current: 2, max: 8 },
    arch: 'x86_64',
    machine: 'pc-q35-7.2',
    firmware: { type: 'uefi', secureBoot: true },
    boot: ['network', 'hd'],
    kernel: undefined,
    cpu: { mode: 'custom', model: 'Broadwell' },
    emulator: '/usr/bin/qemu-system-x86_64',
    sounds: ['ich9'],
    video: [{ model: 'qxl', heads: 2 }],
    tpm: { model: 'tpm-crb', backend: 'emulator', version: '2.0' },
    watchdogs: [{ model: 'itco', action: 'reset' }],
    rngs: [{ model: 'virtio', backend: 'random' }],
    balloon: { model: 'virtio', freePageReporting: true },
    inputs: [{ type: 'tablet', bus: 'usb' }],
    onPoweroff: 'destroy',
    onReboot: 'restart',
    onCrash: 'preserve',
    securityLabels: [
      { type: 'dynamic', model: 'dac', label: '+64055:+64055' },
      { type: 'none', model: 'selinux', label: undefined },
    ],
    marker: {
      id: '0191',
      floe: 'copy-1',
      task: 't-9',
      tags: ['shop', 'a <b>'],
      notes: 'line 1\nline 2',
      protected: true,
    },
  })
})

test('disks of every kind show their source', () => {
  const { disks } = parseDomain(rich)
  expect(disks.map((disk) => [disk.target, disk.device, disk.source])).toEqual([
    ['vda', 'disk', { type: 'block', path: '/dev/vg/shop' }],
    ['sdb', 'disk', { type: 'volume', pool: 'default', volume: 'data.qcow2' }],
    ['vdc', 'disk', { type: 'network', protocol: 'rbd', name: 'pool/image', hosts: ['mon1:6789', 'mon2'] }],
    ['sda', 'cdrom', undefined],
    ['fda', 'floppy', undefined],
    [undefined, 'disk', { type: 'other', kind: 'vhostuser' }],
  ])
  expect(disks[0]).toMatchObject({ bus: 'virtio', format: 'raw', shareable: true, bootOrder: 1, serial: 'ABC123' })
  expect(disks.map((disk) => disk.readonly)).toEqual([false, true, false, true, false, false])
})

test('network cards of every kind show their source', () => {
  const { nics } = parseDomain(rich)
  expect(nics.map((nic) => nic.source)).toEqual([
    { type: 'network', network: 'default', bridge: 'virbr0' },
    { type: 'bridge', bridge: 'br0' },
    { type: 'direct', device: 'eth1', mode: 'bridge' },
    { type: 'user' },
    { type: 'other', kind: 'hostdev' },
    undefined,
  ])
  expect(nics[0]).toMatchObject({
    mac: '52:54:00:aa:bb:cc',
    model: 'virtio',
    target: 'vnet3',
    linkUp: false,
    bootOrder: 2,
  })
})

test('screens and lines show where they are reached, and never a password', () => {
  const view = parseDomain(rich)
  expect(view.graphics).toEqual([
    { type: 'spice', listen: '0.0.0.0', port: 5901, tlsPort: 5902, socket: undefined, hasPassword: true },
    {
      type: 'vnc',
      listen: undefined,
      port: undefined,
      tlsPort: undefined,
      socket: '/run/vnc.sock',
      hasPassword: false,
    },
  ])
  expect(JSON.stringify(view)).not.toContain('hunter2')
  expect(view.serials[0]).toMatchObject({ type: 'file', path: '/var/log/shop.log', port: 1, target: 'isa-serial' })
  expect(view.consoles[0]).toMatchObject({ path: '/dev/pts/4', log: '/var/log/shop-console.log', alias: 'serial0' })
  expect(view.channels).toEqual([
    { type: 'unix', name: 'org.qemu.guest_agent.0', state: 'connected' },
    { type: 'spicevmc', name: undefined, state: undefined },
  ])
})

test('what libvirt 9.0 tells of a running VM is read', () => {
  const view = parseDomain(fixture('live.in.xml'))
  expect(view).toMatchObject({ name: 'welcome', id: 1, type: 'qemu', memoryMiB: 256, machine: 'pc-q35-7.2' })
  expect(view.firmware).toEqual({ type: 'bios', secureBoot: false })
  expect(view.graphics[0]).toMatchObject({ type: 'vnc', port: 5900, listen: '127.0.0.1' })
  expect(view.marker).toMatchObject({ id: 'v1', floe: 'f1', tags: [], protected: false })
})

test('an empty domain and a container are domains', () => {
  expect(parseDomain('<domain/>')).toMatchObject({
    name: undefined,
    memoryMiB: undefined,
    firmware: undefined,
    disks: [],
  })
  expect(parseDomain("<domain type='lxc'><os><type>exe</type></os></domain>").firmware).toBeUndefined()
  const power = "<domain><os><type arch='ppc64le'>hvm</type></os></domain>"
  expect(
    [parseDomain(power), parseDomain(power.replace('ppc64le', 'i686'))].map((view) => view.firmware?.type),
  ).toEqual([undefined, 'bios'])
})

test('what is no domain is refused', () => {
  expect(() => parseDomain('<network/>')).toThrow(DocumentError)
  expect(() => parseDomain('<domain>')).toThrow(XmlError)
})

/** All elements below, itself first. */
const descend = (root: XmlElement): XmlElement[] => [root, ...root.children().flatMap(descend)]

test('no domain makes it throw, however mangled', () => {
  const change = fc.tuple(fc.nat(), fc.constantFrom('remove', 'empty', 'text', 'attribute', 'number'), fc.string())
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const { root } = parse(rich)
      for (const [pick, what, text] of changes) {
        const all = descend(root).slice(1)
        const one = all[pick % all.length]
        if (!one) continue
        const written = text.replaceAll(/[^\x20-\x7e]/g, '')
        const [attribute] = one.attributes
        if (what === 'remove') one.parent?.remove(one)
        else if (what === 'empty') one.setText('')
        else if (what === 'number') one.setText('99999999999999999999')
        else if (what === 'text') one.setText(written)
        else if (attribute) one.setAttr(attribute.name, pick % 2 ? written : undefined)
      }
      expect(parseDomain(root).disks).toBeInstanceOf(Array)
    }),
    { numRuns: 500 },
  )
})
