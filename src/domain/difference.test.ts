import { readFileSync } from 'node:fs'

import { element, parse, type XmlElement } from '@floe/xml'
import { expect, test } from 'vitest'

import { difference, differenceLine } from './index.ts'

const rich = readFileSync(new URL('fixtures/rich.in.xml', import.meta.url), 'utf8')
function lines(change: (root: XmlElement) => void): string[] {
  const document = parse(rich)
  change(document.root)
  return difference(rich, document.toString()).map(differenceLine)
}

test('documents that mean the same have no difference', () => {
  expect(difference(rich, rich)).toEqual([])
  const sameSize = rich.replace("<currentMemory unit='MiB'>2048", "<currentMemory unit='KiB'>2097152")
  expect(difference(rich, sameSize.replaceAll("'", '"').replaceAll('\n    <', '<'))).toEqual([])
})

test('what libvirt names while it runs is no difference', () => {
  const stopped = rich.replace(" id='7'", '').replaceAll(/\s*<alias [^>]*>/g, '')
  expect(stopped.length).toBeLessThan(rich.length)
  expect(difference(rich, stopped)).toEqual([])
})

test('common fields change in human words, with their units', () => {
  const changed = lines((root) => {
    root.child('currentMemory')?.setText('4096')
    root.child('vcpu')?.setAttr('current', '4')
    root.child('name')?.setText('shop')
    root.at('os/type')?.setAttr('machine', 'q35')
    root.at('devices/disk/driver')?.setAttr('cache', 'writeback')
    root.at('devices/interface/source')?.setAttr('network', 'lan')
    root.at('devices/interface/link')?.setAttr('state', 'up')
    root.at('devices/memballoon')?.setAttr('freePageReporting', 'off')
  })
  expect(changed).toEqual([
    'name shop-db → shop',
    'memory at start 2048 MiB → 4096 MiB',
    'vCPUs at start 2 → 4',
    'machine type pc-q35-7.2 → q35',
    'disk vda cache none → writeback',
    'network card 52:54:00:aa:bb:cc network default → lan',
    'network card 52:54:00:aa:bb:cc link down → up',
    'memory balloon free page reporting on → off',
  ])
})

test('a size that is no whole MiB is not rounded away', () => {
  const before = "<domain><memory unit='KiB'>1048577</memory></domain>"
  expect(difference(before, before.replace('1048577', '1048576')).map(differenceLine)).toEqual([
    'memory 1048577 KiB → 1024 MiB',
  ])
  const cells = "<domain><cpu><numa><cell id='0' memory='1' unit='GiB'/></numa></cpu></domain>"
  expect(difference(cells, cells.replace('GiB', 'MiB'))).toMatchObject([{ path: 'cpu/numa/cell[0]@unit' }])
})

test('devices come and go by their identity', () => {
  const changed = lines((root) => {
    const devices = root.child('devices')!
    const [disk] = devices.children('disk')
    devices.insertBefore(
      element(
        'disk',
        { type: 'file', device: 'disk' },
        element('driver', { type: 'qcow2' }),
        element('source', { file: '/srv/b.qcow2' }),
        element('target', { dev: 'vdb', bus: 'virtio' }),
      ),
      disk!,
    )
    devices.remove(devices.children('interface')[0]!)
    devices.remove(devices.child('tpm')!)
    root.at('devices/disk/readonly')
    devices.children('disk')[1]!.append(element('readonly'))
  })
  expect(changed).toEqual([
    'disk vdb added: /srv/b.qcow2, qcow2, virtio',
    'disk vda read only added',
    'network card 52:54:00:aa:bb:cc removed: network default, virtio',
    'TPM removed: model=tpm-crb',
  ])
})

test('a setting that comes or goes is no part that is added', () => {
  const [without, withIt] = ['<domain><vcpu>2</vcpu></domain>', "<domain><vcpu current='1'>2</vcpu></domain>"]
  expect(difference(without, withIt).map(differenceLine)).toEqual(['vCPUs at start set to 1'])
  expect(difference(withIt, without).map(differenceLine)).toEqual(['vCPUs at start no longer set, was 1'])
})

test('what has no words is told by its path', () => {
  const changed = difference(
    '<domain><new><thing a="1">x</thing></new></domain>',
    '<domain><new><thing a="2">y</thing></new></domain>',
  )
  expect(changed).toEqual([
    { path: 'new/thing@a', field: 'new/thing@a', before: '1', after: '2' },
    { path: 'new/thing', field: 'new/thing', before: 'x', after: 'y' },
  ])
})

test('no secret is ever in it, whichever way it changes', () => {
  const secret = (word: string): string =>
    `<domain xmlns:qemu='u'><devices><graphics type='vnc' passwd='${word}'/><graphics type='x]@y' passwd='${word}'/></devices>` +
    `<sysinfo type='fwcfg'><entry name='opt/a]/@b'>${word}</entry></sysinfo>` +
    `<sysinfo type='smbios'><oemStrings><entry>${word}</entry></oemStrings></sysinfo>` +
    `<qemu:commandline><qemu:arg value='${word}'/><qemu:env name='A' value='${word}'/></qemu:commandline></domain>`
  const documents = [
    secret('canary-1'),
    secret('canary-2'),
    '<domain/>',
    "<domain><devices><graphics type='vnc'/></devices></domain>",
  ]
  for (const before of documents) {
    for (const after of documents) expect(JSON.stringify(difference(before, after))).not.toContain('canary')
  }
  const changed = difference(secret('canary-1'), secret('canary-2')).map(differenceLine)
  expect(changed[0]).toBe('screen vnc password hidden → changed')
  expect(changed.length).toBe(6)
})

test('two of one kind are told apart, and many are compared in no time', () => {
  const videos = (models: readonly string[]): string =>
    `<domain><devices>${models.map((model) => `<video><model type='${model}'/></video>`).join('')}</devices></domain>`
  expect(difference(videos(['qxl', 'qxl']), videos(['qxl', 'vga'])).map(differenceLine)).toEqual([
    'video 2 model qxl → vga',
  ])
  const many = Array.from({ length: 20_000 }, () => 'qxl')
  expect(difference(videos(many), videos(many.slice(1))).length).toBe(1)
})
