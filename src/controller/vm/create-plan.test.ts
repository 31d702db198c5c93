import { expect, test } from 'vitest'

import { apiError } from '../../api/index.ts'
import type { VmCreate } from '../../api/resources/vm.ts'
import type { HostId, VmId, VolumeId } from '../../base/ids.ts'
import { GiB } from '../../base/units.ts'
import type { VolumeUser } from '../pool/volume-users.ts'
import { freeName, planVm } from './create-plan.ts'
import type { Fresh, Offer, OfferedHost, OfferedVolume } from './offer.ts'

const fresh: Fresh = { vm: 'vm' as VmId, uuid: 'uuid', mac: () => '52:54:00:00:00:01' }
const hostOf = (name: string, more: Partial<OfferedHost> = {}): OfferedHost => ({
  id: `id-${name}` as HostId,
  name,
  up: true,
  kvm: { works: true, why: 'A probe guest answered in 0.4 s.' },
  cpus: 4,
  memoryBytes: 16 * GiB,
  freeBytes: 8 * GiB,
  poolFreeBytes: 100 * GiB,
  arch: 'x86_64',
  ...more,
})
const volumeOf = (name: string, more: Partial<OfferedVolume> = {}): OfferedVolume => ({
  id: `id-${name}` as VolumeId,
  host: 'id-hv1' as HostId,
  pool: 'images',
  name,
  path: `/images/${name}`,
  format: 'qcow2',
  kind: 'disk',
  poolKind: 'dir',
  users: [],
  header: { format: 'qcow2' },
  ...more,
})
const diskOf = (name: string): VolumeUser => ({
  kind: 'vm',
  id: `id-${name}` as VmId,
  name,
  writes: true,
  rests: false,
  boots: false,
})
const readBy = (name: string): VolumeUser => ({ ...diskOf(name), writes: false }) as VolumeUser
const offer = (more: Partial<Offer> = {}): Offer => ({
  takenNames: new Set(),
  hosts: [hostOf('hv1')],
  volumes: [],
  networks: [{ host: 'id-hv1' as HostId, name: 'default', active: true }],
  ownPool: 'floe',
  sampleHere: true,
  ...more,
})
const onDisk: Partial<VmCreate> = { from: 'disk', disks: [{ pool: 'images', volume: 'a.img' }] }
const plan = (body: Partial<VmCreate>, what: Partial<Offer> = {}) =>
  planVm({ name: 'web', from: 'empty', ...body }, offer(what), fresh, ['all'])
/** The sentences of what stands in the way; every one of them must be whole. */
const refused = (...asked: Parameters<typeof plan>): string[] => {
  const { obstacles, plan: made } = plan(...asked)
  if (obstacles.length > 0) expect(made).toBeUndefined()
  const titles = obstacles.map(({ code, details }) => apiError(code, details).message)
  expect(titles.filter((title) => /\{\w+\}|undefined|\[object/.test(title))).toEqual([])
  return titles
}

test('a plan takes what was asked and says why it chose the rest', () => {
  const { plan: made, chosen, obstacles } = plan({ from: 'sample', start: true })
  expect(obstacles).toEqual([])
  expect(made).toMatchObject({
    host: 'id-hv1',
    sample: true,
    memoryMiB: 256,
    vcpus: 1,
    virtualization: 'kvm',
    disks: [],
    nics: [{ network: 'default', mac: '52:54:00:00:00:01' }],
    start: true,
  })
  expect(chosen.map((one) => [one.what, one.value])).toEqual([
    ['Host', 'hv1'],
    ['Virtualization', 'KVM'],
    ['Memory', '256 MiB'],
    ['vCPUs', '1'],
    ['Network', 'default'],
  ])
  expect(chosen.every((one) => one.because.length > 0)).toBe(true)
})

test('the host with most free memory is taken, of those that are connected', () => {
  const hosts = [
    hostOf('hv1'),
    hostOf('hv2', { freeBytes: 16 * GiB }),
    hostOf('hv3', { freeBytes: 64 * GiB, up: false }),
  ]
  expect(plan({}, { hosts }).plan?.hostName).toBe('hv2')
  expect(plan({ host: 'hv1' }, { hosts }).plan?.hostName).toBe('hv1')
  expect(plan({ host: 'id-hv1' }, { hosts }).plan?.hostName).toBe('hv1')
  expect(refused({ host: 'hv3' }, { hosts })).toEqual([
    'hv3 does not answer (it is not connected). What runs there may still run.',
  ])
  expect(refused({ host: 'hv4' }, { hosts })).toEqual(['There is no host hv4, or you may not see it.'])
  expect(refused({}, { hosts: [] })).toEqual(['No host is connected. Look at "floe host list", or add one.'])
})

test('a host that has the named image is taken before one with more memory', () => {
  const hosts = [hostOf('hv1'), hostOf('hv2', { freeBytes: 64 * GiB })]
  const { plan: made, chosen } = plan(
    { from: 'disk', disks: [{ pool: 'images', volume: 'web.qcow2' }] },
    { hosts, volumes: [volumeOf('web.qcow2')] },
  )
  expect(made?.hostName).toBe('hv1')
  expect(chosen[0]).toEqual({
    what: 'Host',
    value: 'hv1',
    because: 'it is the only one connected that has what was named',
  })
})

test('without a proof of KVM the VM is emulated, and the reason is told', () => {
  const hosts = [hostOf('hv1', { kvm: { works: false, why: 'hv1 has no KVM.' } })]
  const { plan: made, chosen } = plan({ host: 'hv1' }, { hosts })
  expect(made?.virtualization).toBe('qemu')
  expect(chosen).toContainEqual({ what: 'Virtualization', value: 'software (TCG)', because: 'hv1 has no KVM.' })
})

test('everything that stands in the way is told at once', () => {
  const titles = refused(
    {
      name: 'web',
      from: 'iso',
      memoryMiB: 1_000_000,
      start: true,
      iso: { pool: 'images', volume: 'gone.iso' },
      disks: [{ sizeGiB: 200, format: 'raw' }],
      networks: ['nowhere'],
    },
    { takenNames: new Set(['web', 'web-2']) },
  )
  expect(titles).toEqual([
    'There is a VM web already. web-3 is free.',
    'hv1 has 8 GiB free, web needs 977 GiB. Give it less memory, or stop another VM.',
    'There is no volume gone.iso in the pool images. "floe host refresh hv1" looks again.',
    'The pool floe has 100 GiB free, 200 GiB are needed. Free some space there; nothing was changed.',
    'There is no network nowhere on hv1. Choose one of: default.',
  ])
})

test('an image is used as what it is, never as what it is said to be', () => {
  const disk = (volume: Partial<OfferedVolume>): Parameters<typeof plan> => [
    { from: 'disk', disks: [{ pool: 'images', volume: 'a.img' }] },
    { volumes: [volumeOf('a.img', volume)] },
  ]
  expect(plan(...disk({})).plan?.disks).toMatchObject([{ kind: 'existing', format: 'qcow2', path: '/images/a.img' }])
  expect(refused(...disk({ format: 'raw' }))).toEqual(['a.img is qcow2, not raw. Choose another volume.'])
  expect(refused(...disk({ header: { format: 'qcow2', backing: '/etc/shadow' } }))[0]).toContain(
    'rests on another image (/etc/shadow)',
  )
  expect(refused(...disk({ header: { format: 'qcow2', externalData: true } }))[0]).toContain(
    'its data lie in another file',
  )
  expect(refused(...disk({ users: [diskOf('shop')] }))).toEqual([
    'a.img is already the disk of shop. Clone it, or choose another.',
  ])
})

test('an ISO is a drive without a disk in use, and brings a disk to install on', () => {
  const iso = volumeOf('debian.iso', { kind: 'iso', format: 'raw', header: { format: 'iso' }, users: [readBy('shop')] })
  const { plan: made } = plan({ from: 'iso', iso: { pool: 'images', volume: 'debian.iso' } }, { volumes: [iso] })
  expect(made?.disks).toMatchObject([
    { kind: 'new', sizeBytes: 20 * GiB },
    { kind: 'existing', device: 'cdrom' },
  ])
  expect(refused({ from: 'iso' })).toEqual(['iso is missing; choose an ISO image.'])
  expect(refused({ from: 'disk' })).toEqual(['disks must name an existing volume to boot from.'])
})

test('Floe makes disks in its own pool only, in whole clusters', () => {
  expect(refused({ disks: [{ sizeGiB: 1, pool: 'images' }] })[0]).toContain('Floe makes disks in its own pool only')
  const [disk] = plan({ disks: [{ sizeGiB: 0.000_001 }] }).plan?.disks ?? []
  expect(disk).toEqual({ kind: 'new', format: 'qcow2', sizeBytes: 65_536 })
})

test('names that could be mistaken are refused, and a free one is the first that is', () => {
  for (const name of ['', '-rf', 'a b', '../x', 'x'.repeat(64), 'web\n'])
    expect(refused({ name })[0]).toMatch(/cannot be a VM name: .+\.$/)
  expect(freeName('welcome', new Set(['welcome', 'welcome-2', 'welcome-4']))).toBe('welcome-3')
  expect(freeName('welcome-2', new Set(['welcome', 'welcome-2']))).toBe('welcome-3')
  expect(freeName('debian-12', new Set(['debian-12']))).toBe('debian-12-2')
})

test('what the sample boots with, and what is another Floe’s, is not given to a guest that could write it', () => {
  const lying = (pool: string, more: Partial<OfferedVolume> = {}): [Partial<VmCreate>, Partial<Offer>] => [
    { from: 'disk', disks: [{ pool, volume: 'a.img' }] },
    { volumes: [volumeOf('a.img', { pool, ...more })] },
  ]
  expect(refused(...lying('floe', { kind: 'other' }))[0]).toContain('the sample guests of Floe boot with it')
  expect(refused(...lying('floe-8f307f06'))[0]).toContain('floe-8f307f06, the pool of another Floe')
  expect(plan(...lying('floe')).obstacles).toEqual([])
})

test('an image that others rest on or read is no disk, and one that is written is no drive', () => {
  const base: VolumeUser = { kind: 'image', id: 'x' as VolumeId, name: 'top.qcow2' }
  const drive: Partial<VmCreate> = { from: 'iso', iso: { pool: 'images', volume: 'a.img' }, disks: [] }
  const used = (...users: readonly VolumeUser[]) => ({ volumes: [volumeOf('a.img', { users })] })
  expect(refused(onDisk, used(base))).toEqual([
    'a.img is already what other images rest on: top.qcow2. Clone it, or choose another.',
  ])
  expect(refused(onDisk, used(readBy('shop')))[0]).toContain('already the disk of shop')
  const iso = { volumes: [volumeOf('a.img', { format: 'iso', header: { format: 'iso' }, users: [diskOf('shop')] })] }
  expect(refused(drive, iso)).toEqual(['a.img is already the disk of shop. Clone it, or choose another.'])
})

test('an image that could not be looked into is not used, and the sentence says what to do', () => {
  const unread = 'could not be looked into: hv1 did not send it within 2 s. Try again'
  expect(refused(onDisk, { volumes: [volumeOf('a.img', { header: undefined, unread })] })).toEqual([
    'a.img is not used: it could not be looked into: hv1 did not send it within 2 s. Try again.',
  ])
  expect(refused(onDisk, { volumes: [volumeOf('a.img', { gone: true })] })[0]).toContain('There is no volume a.img')
})

test('a host that does not answer in time is not chosen, and named it is refused with its reason', () => {
  const hosts = [hostOf('hv1', { up: false, why: 'no answer within 2 s' }), hostOf('hv2')]
  expect(plan({}, { hosts }).plan?.hostName).toBe('hv2')
  expect(refused({ host: 'hv1' }, { hosts })).toEqual([
    'hv1 does not answer (no answer within 2 s). What runs there may still run.',
  ])
})

test('more than the host has is told as a warning, not refused', () => {
  const warnings = (body: Partial<VmCreate>, what: Partial<Offer> = {}): string[] => {
    const { plan: made, warnings: told } = plan(body, what)
    expect(made?.warnings).toEqual(told)
    return told.map(({ field, title }) => `${field}: ${title}`)
  }
  expect(warnings({ vcpus: 4, memoryMiB: 16_384, disks: [{ sizeGiB: 100 }] })).toEqual([])
  expect(warnings({ vcpus: 710, memoryMiB: 1_000_000, disks: [{ sizeGiB: 60 }, { sizeGiB: 60 }] })).toEqual([
    'memoryMiB: hv1 has 16 GiB of memory, web would get 977 GiB. It cannot be started there.',
    'vcpus: hv1 has 4 CPUs, web would get 710 vCPUs. They wait for each other; fewer run faster.',
    'disks: The pool floe on hv1 has 100 GiB free, the new disks may grow to 120 GiB. The guest stands still when the pool is full.',
  ])
  const hosts = [hostOf('hv1', { cpus: null, memoryBytes: null, freeBytes: null, poolFreeBytes: null })]
  expect(warnings({ vcpus: 710, memoryMiB: 1_000_000, disks: [{ sizeGiB: 60 }] }, { hosts })).toEqual([])
})

test('notes that no definition can carry and one volume named twice are refused by their field', () => {
  expect(refused({ notes: 'half \ud800' })).toEqual([
    expect.stringMatching(/^notes has the character .+; remove it\.$/),
  ])
  const twice = Array.from({ length: 2 }, () => ({ pool: 'images', volume: 'a.img' }))
  expect(refused({ from: 'disk', disks: twice }, { volumes: [volumeOf('a.img')] })).toEqual([
    'disks names /images/a.img twice; two writers would destroy it.',
  ])
})
