import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

import { expect, test } from 'vitest'

import { toDirPoolXml, toDomainXml, toNetworkXml, toVolumeXml } from './index.ts'
import { samples } from './spec-samples.ts'

const schemas = '/usr/share/libvirt/schemas'

// Missing tools fail: a schema test that is skipped proves nothing.
test('the tools for libvirt’s schemas are there', () => {
  expect(
    existsSync(`${schemas}/domain.rng`),
    'libvirt’s schemas are missing: apt install libvirt-common, or libvirt-clients',
  ).toBe(true)
  const version = (): string => execFileSync('xmllint', ['--version'], { encoding: 'utf8', stdio: 'pipe' })
  expect(version, 'xmllint is missing: apt install libxml2-utils').not.toThrow()
})

/** What libvirt's schema says against a document; nothing when it fits. */
function complaint(schema: string, document: string): string {
  const args = ['--noout', '--relaxng', `${schemas}/${schema}.rng`, '-']
  try {
    execFileSync('xmllint', args, { input: document, encoding: 'utf8', stdio: 'pipe', timeout: 60_000 })
    return ''
  } catch (error) {
    return String((error as { stderr?: unknown }).stderr ?? error)
  }
}

test.each(samples)('the domain %s fits libvirt’s schema', (_, spec, facts) => {
  expect(complaint('domain', toDomainXml(spec, facts).xml)).toBe('')
})

test('pools, volumes and networks fit libvirt’s schemas', () => {
  const permissions = { mode: '0711', owner: 0, group: 64_055 }
  const uuid = '3f1c1e0e-5b8e-4f7b-9d63-2a1f0c9b7d10'
  expect(complaint('storagepool', toDirPoolXml({ name: 'floe', uuid, path: '/srv/floe', permissions }))).toBe('')
  const backing = { path: '/srv/floe/base.qcow2', format: 'qcow2' } as const
  expect(
    complaint(
      'storagevol',
      toVolumeXml({ name: 'a.qcow2', format: 'qcow2', capacityBytes: 2 ** 40, permissions, backing }),
    ),
  ).toBe('')
  expect(
    complaint('storagevol', toVolumeXml({ name: 'a.img', format: 'raw', capacityBytes: 1, allocationBytes: 1 })),
  ).toBe('')
  const ipv4 = { address: '10.9.0.1', prefix: 24, dhcp: { start: '10.9.0.2', end: '10.9.0.99' } }
  expect(complaint('network', toNetworkXml({ name: 'lab', uuid, forward: 'nat', bridge: 'virbr9', ipv4 }))).toBe('')
  expect(complaint('network', toNetworkXml({ name: 'alone', forward: 'isolated' }))).toBe('')
})

test('the schema is one that refuses', () => {
  const { xml } = toDomainXml(samples[0]![1], samples[0]![2])
  expect(complaint('domain', xml.replace('<devices>', '<devices><nonsense/>'))).toContain('fails to validate')
})
