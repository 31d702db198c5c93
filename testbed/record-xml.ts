/** Records documents of a real libvirtd and its QEMU into packages/xml/corpus/libvirt-VERSION:
 *  `node --conditions=floe-source testbed/record-xml.ts`. For a newer stack beside the system's, run it in a mount
 *  namespace whose /usr has that stack laid over it. */
import { mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { startDriverHost } from './driver-host.ts'
import { startHost, type Host } from './host.ts'
import { richDomain, shapes } from './record-shapes.ts'
import { run, tryRun } from './run.ts'

type Virsh = (...args: string[]) => Promise<string>

await using host = await startHost()
const virsh: Virsh = (...args) => host.virsh(...args)
const version = /library: libvirt (\S+)/.exec(await virsh('version'))?.[1]
const corpus = join(import.meta.dirname, `../packages/xml/corpus/libvirt-${version}`)
await mkdir(corpus, { recursive: true })
let kept = 0

/** What the machine is called and where the test bed lies is of no interest. */
const neutral = (text: string): string =>
  text.replaceAll(host.folder, '/srv/floe').replaceAll(hostname(), 'machine').replaceAll(host.name, 'host-1')

async function keep(name: string, virsh: Virsh, ...args: string[]): Promise<void> {
  try {
    // virsh adds a line end of its own.
    const text = (await virsh(...args)).replace(/\n\n$/, '\n')
    await writeFile(join(corpus, `${name}.xml`), neutral(text))
    kept++
  } catch (error) {
    console.warn(`${name}: ${(error as Error).message.split('\n').at(-1)}`)
  }
}

const list = async (virsh: Virsh, ...args: string[]): Promise<string[]> =>
  (await virsh(...args))
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

await keep('capabilities', virsh, 'capabilities')
for (const [machine, arch] of [
  ['pc', 'x86_64'],
  ['q35', 'x86_64'],
  ['pc', 'i686'],
] as const)
  await keep(
    `domcapabilities-${machine}-${arch}`,
    virsh,
    'domcapabilities',
    '--machine',
    machine,
    '--arch',
    arch,
    '--virttype',
    'qemu',
  )
await keep('pool-capabilities', virsh, 'pool-capabilities')
await keep('sysinfo', virsh, 'sysinfo')
await define(host)
await domains(host)
for (const name of await list(virsh, 'nwfilter-list', '--name').catch(() => filterNames()))
  await keep(`nwfilter-${name}`, virsh, 'nwfilter-dumpxml', name)
for (const name of await list(virsh, 'nodedev-list')) await keep(`nodedev-${name}`, virsh, 'nodedev-dumpxml', name)
await testDriver()
console.log(`${kept} documents in ${corpus}`)

async function filterNames(): Promise<string[]> {
  return [...(await virsh('nwfilter-list')).matchAll(/^\s*[0-9a-f-]{36}\s+(\S+)/gm)].map((match) => match[1]!)
}

/** Pools, networks and secrets: most can only be defined here, which is enough for their documents. */
async function define({ imagesDir }: Host): Promise<void> {
  for (const { kind, name, xml } of shapes(imagesDir)) {
    const path = join(imagesDir, `${name}.xml`)
    await writeFile(path, xml)
    const { code, stderr } = await tryRun('virsh', ['-c', host.uri, `${kind}-define`, path])
    if (code !== 0) console.warn(`${name}: ${stderr.trim()}`)
    else
      await keep(
        `${kind}-${name}`,
        virsh,
        `${kind}-dumpxml`,
        kind === 'secret' ? /<uuid>(.*)<\/uuid>/.exec(xml)![1]! : name,
      )
  }
  await virsh('net-dumpxml', 'lab').then(() => keep('net-lab-live', virsh, 'net-dumpxml', 'lab'))
  await virsh('pool-start', 'dir')
  await virsh('vol-create-as', 'dir', 'base.qcow2', '16M', '--format', 'qcow2')
  await virsh(
    'vol-create-as',
    'dir',
    'top.qcow2',
    '16M',
    '--format',
    'qcow2',
    '--backing-vol',
    'base.qcow2',
    '--backing-vol-format',
    'qcow2',
  )
  for (const vol of ['base.qcow2', 'top.qcow2']) await keep(`vol-${vol}`, virsh, 'vol-dumpxml', '--pool', 'dir', vol)
  await keep('pool-dir-live', virsh, 'pool-dumpxml', 'dir')
}

async function domains({ imagesDir }: Host): Promise<void> {
  const path = join(imagesDir, 'rich.domain.xml')
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', join(imagesDir, 'rich.qcow2'), '16M'])
  await writeFile(path, richDomain(imagesDir))
  await virsh('define', path)
  await keep('domain-rich-inactive', virsh, 'dumpxml', '--inactive', '--security-info', 'rich')
  await keep('domain-rich-migratable', virsh, 'dumpxml', '--migratable', 'rich')
  await virsh('start', '--paused', 'rich')
  await keep('domain-rich-live', virsh, 'dumpxml', 'rich')
  await virsh('snapshot-create-as', 'rich', 's1', 'a snapshot of <text> & more', '--disk-only', '--no-metadata').catch(
    console.warn,
  )
  await keep('domain-rich-live-with-backing', virsh, 'dumpxml', 'rich')
  await virsh('checkpoint-create-as', 'rich', 'c1', '--diskspec', 'vda,checkpoint=bitmap').catch(console.warn)
  await keep('checkpoint', virsh, 'checkpoint-dumpxml', 'rich', 'c1')
  const backup = join(imagesDir, 'backup.xml')
  await writeFile(
    backup,
    `<domainbackup mode='pull'><server transport='unix' socket='${imagesDir}/nbd.sock'/></domainbackup>`,
  )
  await virsh('backup-begin', 'rich', backup).catch(console.warn)
  await keep('backup', virsh, 'backup-dumpxml', 'rich')
  await virsh('domjobabort', 'rich').catch(() => undefined)
  await virsh('checkpoint-delete', 'rich', 'c1').catch(() => undefined)
  await virsh('managedsave', 'rich').catch(console.warn)
  await keep('domain-rich-saved', virsh, 'managedsave-dumpxml', 'rich')
  await virsh('managedsave-remove', 'rich').catch(() => undefined)
  await virsh('snapshot-create-as', 'rich', 's2', '--disk-only').catch(console.warn)
  await keep('snapshot', virsh, 'snapshot-dumpxml', 'rich', 's2')
}

/** Interfaces and devices that no namespace has. */
async function testDriver(): Promise<void> {
  await using driver = await startDriverHost()
  const virsh: Virsh = (...args) => driver.virsh(...args)
  await keep('test-capabilities', virsh, 'capabilities')
  await keep('test-domain', virsh, 'dumpxml', 'test')
  await keep('test-network', virsh, 'net-dumpxml', 'default')
  await keep('test-pool', virsh, 'pool-dumpxml', 'default-pool')
  await keep('test-interface', virsh, 'iface-dumpxml', 'eth1')
  for (const name of ['computer', 'scsi_host1', 'scsi_host11'])
    await keep(`test-nodedev-${name}`, virsh, 'nodedev-dumpxml', name)
}
