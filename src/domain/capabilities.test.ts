import { expect, test } from 'vitest'

import { DocumentError, offeredGuest, offeredMachines, parseCapabilities, parseDomainCapabilities } from './index.ts'
import { debian12 } from './spec-samples.ts'

const host = debian12.capabilities!
const offers = debian12.domainCapabilities!

test('a host tells its processor, memory and how VMs leave it', () => {
  expect(host).toMatchObject({
    arch: 'x86_64',
    cpuModel: 'Broadwell',
    cpuVendor: 'Intel',
    topology: { sockets: 1, dies: 1, cores: 2, threads: 1 },
    migration: { live: true, transports: ['tcp', 'rdma'] },
  })
  expect(host.cpuFeatures).toContain('avx512f')
  expect(host.memoryMiB).toBeGreaterThan(1024)
  expect(host.cells[0]?.cpus).toBe(2)
})

test('a host tells which guests it runs', () => {
  const guest = offeredGuest(host, 'x86_64', 'qemu')!
  expect(guest).toMatchObject({ osType: 'hvm', wordSize: 64, emulator: '/usr/bin/qemu-system-x86_64' })
  expect(offeredMachines(guest, 'qemu').find((one) => one.name === 'q35')?.canonical).toBe('pc-q35-7.2')
  expect(offeredGuest(host, 'x86_64', 'kvm')).toBeUndefined()
  expect(offeredGuest(host, 's390x', 'qemu')).toBeUndefined()
})

test('a virtualization with machines of its own has only those', () => {
  const machine = (name: string): string => `<machine maxCpus='255'>${name}</machine>`
  const guest = `<guest><os_type>hvm</os_type><arch name='x86_64'>${machine('pc')}<domain type='qemu'/><domain type='kvm'>${machine('q35')}</domain></arch></guest>`
  const view = parseCapabilities(`<capabilities>${guest}</capabilities>`)
  expect(offeredMachines(view.guests[0]!, 'kvm')).toEqual([{ name: 'q35', canonical: undefined, maxCpus: 255 }])
  expect(offeredMachines(view.guests[0]!, 'qemu')[0]?.name).toBe('pc')
})

test('an emulator tells what its guests may have', () => {
  expect(offers).toMatchObject({
    emulator: '/usr/bin/qemu-system-x86_64',
    type: 'qemu',
    machine: 'pc-q35-7.2',
    arch: 'x86_64',
    maxVcpus: 288,
    firmwares: [],
    secureBoot: false,
    cpuModes: ['maximum', 'host-model', 'custom'],
    hostModel: 'EPYC',
    diskBuses: ['fdc', 'scsi', 'virtio', 'usb', 'sata'],
    rngBackends: ['random', 'egd', 'builtin'],
    tpmBackends: ['passthrough'],
    hostdevModes: ['subsystem'],
    memoryBackings: ['file', 'anonymous', 'memfd'],
  })
  expect(offers.graphics).toContain('vnc')
  expect(offers.videos).toContain('virtio')
  expect(offers.features).toMatchObject({ gic: false, backup: true, sev: false })
})

test('"no" and silence are different answers', () => {
  const view = parseDomainCapabilities(
    "<domainCapabilities><devices><rng supported='no'/></devices></domainCapabilities>",
  )
  expect(view.rngModels).toEqual([])
  expect(view.graphics).toBeUndefined()
  expect(() => parseDomainCapabilities('<capabilities/>')).toThrow(DocumentError)
  expect(parseCapabilities('<capabilities/>')).toMatchObject({ guests: [], memoryMiB: undefined, migration: undefined })
})
