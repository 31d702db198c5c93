import { expect, test } from 'vitest'

import { DocumentError, parsePool, parseVolume, SpecError, toDirPoolXml, toVolumeXml } from './index.ts'

const pool = `<pool type='dir'>
  <name>floe</name>
  <uuid>3F1C1E0E-5B8E-4F7B-9D63-2A1F0C9B7D10</uuid>
  <capacity unit='bytes'>105089261568</capacity>
  <allocation unit='GiB'>2</allocation>
  <available unit='bytes'>95000000000</available>
  <source>
  </source>
  <target>
    <path>/srv/floe</path>
    <permissions>
      <mode>0711</mode>
      <owner>0</owner>
      <group>0</group>
    </permissions>
  </target>
</pool>`

test('a pool shows its place, sizes and rights', () => {
  expect(parsePool(pool)).toEqual({
    uuid: '3f1c1e0e-5b8e-4f7b-9d63-2a1f0c9b7d10',
    name: 'floe',
    type: 'dir',
    path: '/srv/floe',
    source: undefined,
    capacityBytes: 105_089_261_568,
    allocationBytes: 2 ** 31,
    availableBytes: 95_000_000_000,
    permissions: { mode: '0711', owner: 0, group: 0 },
  })
})

test('a pool over the network shows its source', () => {
  const source = "<source><host name='nas1'/><host name='nas2' port='1'/><dir path='/export'/><name>n</name></source>"
  expect(parsePool(`<pool type='netfs'>${source}</pool>`)).toMatchObject({
    type: 'netfs',
    source: { hosts: ['nas1', 'nas2'], path: '/export', name: 'n' },
    capacityBytes: undefined,
    permissions: undefined,
  })
})

test('a pool is built as it is read', () => {
  const spec = { name: 'a & b', path: '/srv/x <1>', permissions: { mode: '0711', owner: 0, group: 0 } }
  const view = parsePool(toDirPoolXml(spec))
  expect(view).toMatchObject({ type: 'dir', ...spec })
  expect(toDirPoolXml({ name: 'p', path: '/p', permissions: {} })).not.toContain('permissions')
})

test('a volume shows what it is and on what it lies', () => {
  const volume = `<volume type='file'><name>a.qcow2</name><key>/srv/a.qcow2</key>
    <capacity unit='GiB'>10</capacity><allocation unit='bytes'>200704</allocation><physical unit='bytes'>196624</physical>
    <target><path>/srv/a.qcow2</path><format type='qcow2'/></target>
    <backingStore><path>/srv/base.img</path><format type='raw'/></backingStore></volume>`
  expect(parseVolume(volume)).toEqual({
    name: 'a.qcow2',
    key: '/srv/a.qcow2',
    type: 'file',
    path: '/srv/a.qcow2',
    format: 'qcow2',
    capacityBytes: 10 * 2 ** 30,
    allocationBytes: 200_704,
    physicalBytes: 196_624,
    permissions: undefined,
    backing: { path: '/srv/base.img', format: 'raw' },
  })
})

test('a volume is built as it is read', () => {
  const backing = { path: '/srv/base, 1.qcow2', format: 'qcow2' } as const
  const made = toVolumeXml({ name: 'x.qcow2', format: 'qcow2', capacityBytes: 2 ** 40 + 1, backing })
  expect(parseVolume(made)).toMatchObject({
    name: 'x.qcow2',
    format: 'qcow2',
    capacityBytes: 2 ** 40 + 1,
    allocationBytes: 0,
    backing,
  })
  expect(made).toContain('<compat>1.1</compat>')
})

test('names, sizes and places that would be wrong are refused', () => {
  const volume = { name: 'a', format: 'raw', capacityBytes: 1 } as const
  const wrong = [
    () => toDirPoolXml({ name: '', path: '/p' }),
    () => toDirPoolXml({ name: 'a/b', path: '/p' }),
    () => toDirPoolXml({ name: 'p', path: 'p' }),
    () => toDirPoolXml({ name: 'p', path: '/p', uuid: 'x' }),
    () => toDirPoolXml({ name: 'p', path: '/p', permissions: { mode: '0799' } }),
    () => toDirPoolXml({ name: 'p', path: '/p', permissions: { owner: -1 } }),
    () => toVolumeXml({ ...volume, name: '../x' }),
    () => toVolumeXml({ ...volume, name: '..' }),
    () => toVolumeXml({ ...volume, name: 'a\u0000' }),
    () => toVolumeXml({ ...volume, capacityBytes: 0 }),
    () => toVolumeXml({ ...volume, capacityBytes: -1 }),
    () => toVolumeXml({ ...volume, capacityBytes: 2 ** 53 }),
    () => toVolumeXml({ ...volume, allocationBytes: 2 }),
    () => toVolumeXml({ ...volume, backing: { path: '/b', format: 'raw' } }),
  ]
  for (const build of wrong) expect(build).toThrow(SpecError)
  expect(() => parsePool('<volume/>')).toThrow(DocumentError)
  expect(() => parseVolume('<pool/>')).toThrow(DocumentError)
})
