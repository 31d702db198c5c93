import { readFileSync } from 'node:fs'

import { parseCapabilities, parseDomainCapabilities, type HostFacts, type VmSpec } from './index.ts'

// Specs and hosts for tests; the two documents are what libvirt 9.0 with QEMU 7.2 told of a host without KVM.

const fixture = (name: string): string => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')

export const debian12: HostFacts = {
  capabilities: parseCapabilities(fixture('capabilities.in.xml')),
  domainCapabilities: parseDomainCapabilities(fixture('domain-capabilities.in.xml')),
  libvirtVersion: 9_000_000,
  qemuVersion: 7_002_000,
}

export const unknownHost: HostFacts = {}

export const small: VmSpec = {
  uuid: '3f1c1e0e-5b8e-4f7b-9d63-2a1f0c9b7d10',
  name: 'welcome',
  id: '01936a5e-0000-7000-8000-000000000001',
  floe: '01936a5e-0000-7000-8000-0000000000f1',
  memoryMiB: 256,
  vcpus: 1,
  virtualization: 'qemu',
  disks: [{ path: '/srv/floe/welcome.qcow2', format: 'qcow2' }],
  nics: [{ network: 'default' }],
}

/** The sample guest: a kernel and its initrd, no boot loader. */
export const sample: VmSpec = {
  ...small,
  task: '01936a5e-0000-7000-8000-00000000007a',
  kernel: { kernel: '/srv/floe/vmlinuz', initrd: '/srv/floe/initrd.img', cmdline: 'console=ttyS0 quiet' },
  serial: { log: '/srv/floe/logs/welcome.log' },
  disks: [],
}

/** Every field is set. */
export const whole: VmSpec = {
  ...small,
  name: 'shop-db.2',
  task: '01936a5e-0000-7000-8000-00000000007a',
  title: 'Shop & "database" <2>',
  notes: 'first line\nsecond <line> & more',
  tags: ['shop', "o'neill & sons"],
  protected: true,
  memoryMiB: 4096,
  vcpus: 4,
  virtualization: 'kvm',
  arch: 'x86_64',
  firmware: 'uefi',
  secureBoot: true,
  machine: 'q35',
  cpu: { model: 'Broadwell' },
  disks: [
    { path: '/srv/floe/shop-db.qcow2', format: 'qcow2', bus: 'virtio', serial: 'SHOP-1' },
    { path: '/srv/floe/data.img', format: 'raw', bus: 'scsi' },
    { path: '/srv/floe/logs.img', format: 'raw', bus: 'sata' },
    { path: '/srv/floe/old.img', format: 'raw', bus: 'usb', readonly: true },
    { kind: 'cdrom', path: "/srv/iso/Bob's disc, 2nd.iso", format: 'raw' },
    { kind: 'cdrom', format: 'raw', bus: 'usb' },
  ],
  nics: [
    { network: 'default', mac: '52:54:00:1F:3A:07' },
    { network: 'lab <1>', mac: '52:54:00:1f:3a:08', model: 'e1000e' },
  ],
  graphics: { password: 's3cr"<t', passwordValidTo: new Date('2026-03-01T12:00:30.500Z') },
  video: 'qxl',
  serial: { log: '/srv/floe/logs/shop.log' },
  boot: ['cdrom', 'disk', 'network'],
  devices: { rng: true, balloon: true, agent: true, tablet: true, keyboard: false },
}

export const headless: VmSpec = {
  ...small,
  name: 'headless',
  machine: 'pc',
  graphics: false,
  disks: [...small.disks, { kind: 'cdrom', format: 'raw' }],
  boot: ['network'],
  devices: { balloon: false, rng: false, agent: false },
}

export const arm: VmSpec = {
  ...small,
  name: 'arm',
  arch: 'aarch64',
  disks: [...small.disks, { kind: 'cdrom', format: 'raw' }],
}

/** Every document that is compared with its fixture and with libvirt's schema. */
export const samples: readonly (readonly [name: string, spec: VmSpec, facts: HostFacts])[] = [
  ['small', small, debian12],
  ['small-on-unknown-host', small, unknownHost],
  ['sample', sample, debian12],
  ['whole', whole, unknownHost],
  ['headless', headless, debian12],
  ['arm', arm, unknownHost],
  ['portable', { ...small, name: 'portable', virtualization: 'kvm' }, unknownHost],
  ['host-cpu', { ...small, name: 'host-cpu', virtualization: 'kvm', cpu: 'host', firmware: 'uefi' }, unknownHost],
]
