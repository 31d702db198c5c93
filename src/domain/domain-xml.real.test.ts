import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { parseCapabilities, parseDomain, parseDomainCapabilities, toDomainXml, type VmSpec } from './index.ts'
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

function ask(): Parameters<typeof toDomainXml>[1] {
  const [capabilities, offers] = [virsh('capabilities'), virsh('domcapabilities --virttype qemu --machine q35')]
  return {
    capabilities: parseCapabilities(capabilities),
    domainCapabilities: parseDomainCapabilities(offers),
    libvirtVersion: 9_000_000,
    qemuVersion: 7_002_000,
  }
}

function fileOf(name: string, xml: string): string {
  const file = join(root, `${name}.xml`)
  writeFileSync(file, xml)
  return file
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
  const specs = [small, sample, headless, emulated].map((spec, i) => ({
    ...spec,
    name: `vm-${i}`,
    uuid: spec.uuid.replace(/.$/, `${i}`),
  }))
  const documents = specs.map((spec) => toDomainXml(spec, facts).xml)
  const output = virsh(
    ...specs.map(({ name }, i) => `define ${fileOf(name, documents[i]!)} --validate`),
    ...specs.map(({ name }) => `dumpxml ${name} --inactive --security-info`),
    ...specs.map(({ name }) => `undefine ${name}`),
  )
  const kept = output.match(/<domain .*?<\/domain>/gs)!
  expect(kept.length).toBe(specs.length)
  for (const [i, xml] of documents.entries()) {
    const [asked, given] = [parseDomain(xml), parseDomain(kept[i]!)]
    expect(given).toMatchObject({
      uuid: asked.uuid,
      name: asked.name,
      title: asked.title,
      memoryMiB: asked.memoryMiB,
      vcpus: asked.vcpus,
      firmware: asked.firmware,
      kernel: asked.kernel,
      // libvirt sorts them by bus.
      disks: expect.arrayContaining([...asked.disks]) as unknown,
      graphics: asked.graphics,
      balloon: asked.balloon,
      marker: asked.marker,
      channels: asked.channels,
    })
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
  const output = virsh(
    `define ${fileOf(spec.name, xml)} --validate`,
    `start ${spec.name}`,
    `domstate ${spec.name}`,
    `dumpxml ${spec.name}`,
    `destroy ${spec.name}`,
    `undefine ${spec.name}`,
  )
  expect(output).toContain('running')
  const live = parseDomain(/<domain .*?<\/domain>/s.exec(output)![0])
  expect(live).toMatchObject({ type: 'qemu', firmware: { type: 'bios' }, marker: { id: spec.id } })
  expect(live.id).toBeGreaterThan(0)
  expect(live.consoles[0]?.path).toMatch(/^\/dev\/pts\//)
  expect(live.graphics[0]?.port).toBeGreaterThanOrEqual(5900)
  expect(live.channels[0]).toMatchObject({ name: 'org.qemu.guest_agent.0', state: 'disconnected' })
})
