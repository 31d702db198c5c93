import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import {
  difference,
  parseCapabilities,
  parseDomain,
  parseDomainCapabilities,
  toDomainXml,
  type VmSpec,
} from './index.ts'
import { headless, sample, small, whole } from './spec-samples.ts'

// libvirt's embedded driver: a QEMU driver in the process of virsh, with a root of its own and no daemon.
let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'floe-domain-'))
  mkdirSync(join(root, 'etc'))
  const configuration = [
    'user = "root"',
    'group = "root"',
    'security_driver = "none"',
    'stdio_handler = "file"',
    'cgroup_controllers = []',
    'remember_owner = 0',
  ]
  writeFileSync(join(root, 'etc', 'qemu.conf'), `${configuration.join('\n')}\n`)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const virsh = (...commands: readonly string[]): string =>
  execFileSync('virsh', ['--quiet', '--connect', `qemu:///embed?root=${root}`, commands.join('; ')], {
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 120_000,
  })
const documentIn = (output: string): string => /<domain[ >].*?<\/domain>/s.exec(output)![0]

function ask(): Parameters<typeof toDomainXml>[1] {
  const [capabilities, offers] = [virsh('capabilities'), virsh('domcapabilities --virttype qemu --machine q35')]
  return {
    capabilities: parseCapabilities(capabilities),
    domainCapabilities: parseDomainCapabilities(offers),
    libvirtVersion: 9_000_000,
    qemuVersion: 7_002_000,
  }
}

function define(name: string, xml: string, ...then: readonly string[]): string {
  const file = join(root, `${name}.xml`)
  writeFileSync(file, xml)
  return virsh(`define ${file} --validate`, ...then, `undefine ${name} --nvram`)
}

test('libvirt takes every document and gives back what was asked for', () => {
  const facts = ask()
  const cpu = facts.domainCapabilities!.cpuModels.find((model) => model.usable)!.name
  const emulated: VmSpec = {
    ...whole,
    virtualization: 'qemu',
    firmware: 'bios',
    secureBoot: false,
    cpu: { model: cpu },
  }
  for (const spec of [small, sample, headless, emulated]) {
    const { xml } = toDomainXml(spec, facts)
    const kept = documentIn(define(spec.name, xml, `dumpxml ${spec.name} --inactive --security-info`))
    const [asked, given] = [parseDomain(xml), parseDomain(kept)]
    expect(given).toMatchObject({
      uuid: asked.uuid,
      name: asked.name,
      title: asked.title,
      memoryMiB: asked.memoryMiB,
      vcpus: asked.vcpus,
      firmware: asked.firmware,
      kernel: asked.kernel,
      disks: asked.disks,
      graphics: asked.graphics,
      balloon: asked.balloon,
      marker: asked.marker,
      channels: asked.channels,
    })
    expect(difference(kept, kept)).toEqual([])
  }
})

test('QEMU starts what was built, and the running document is read', () => {
  const image = join(root, 'disk.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', image, '16M'])
  const disks = [
    { path: image, format: 'qcow2' },
    { kind: 'cdrom', format: 'raw' },
  ] as const
  const spec: VmSpec = {
    ...small,
    disks,
    nics: [],
    serial: { log: join(root, 'serial.log') },
    graphics: { password: 'canary' },
  }
  const { xml } = toDomainXml(spec, ask())
  const output = define(
    spec.name,
    xml,
    `start ${spec.name}`,
    `domstate ${spec.name}`,
    `dumpxml ${spec.name}`,
    `destroy ${spec.name}`,
  )
  expect(output).toContain('running')
  const live = parseDomain(documentIn(output))
  expect(live).toMatchObject({ type: 'qemu', firmware: { type: 'bios' }, marker: { id: spec.id } })
  expect(live.id).toBeGreaterThan(0)
  expect(live.consoles[0]?.path).toMatch(/^\/dev\/pts\//)
  expect(live.graphics[0]?.port).toBeGreaterThanOrEqual(5900)
  expect(live.channels[0]).toMatchObject({ name: 'org.qemu.guest_agent.0', state: 'disconnected' })
})
