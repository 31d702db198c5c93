/** Records what virsh (the C library) and a real libvirtd say to each other, into fixtures/virsh-*.jsonl:
 *  `node --conditions=floe-source packages/libvirt/src/test/record-virsh.ts`. The test beside it decodes every message
 *  with the table and encodes it again to the same bytes. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { privateLibvirtd } from '../testing/index.ts'
import { bootDisk, setClock, sleepToDisk, sleepToMemory, startWatchdog, writeSector } from './boot-sector.ts'
import { diskFile, linuxXml, lookAtScreen, missingMedium, sleeps } from './guests.ts'
import { eject, guestXml, qemuHost, usbDisk } from './qemu-host.ts'
import { record, type Script } from './tape.ts'

const pools = (dir: string): string[] => [
  'pool-list --all',
  `pool-define-as p1 dir --target ${dir}/p1`,
  'pool-build p1',
  'pool-start p1',
  'pool-autostart p1',
  'pool-refresh p1',
  'pool-info p1',
  'pool-uuid p1',
  'pool-dumpxml p1',
  'vol-create-as p1 v1 1MiB',
  'vol-list p1',
  'vol-info v1 --pool p1',
  'vol-key v1 --pool p1',
  'vol-path v1 --pool p1',
  `vol-info ${dir}/p1/v1`,
  `vol-pool ${dir}/p1/v1`,
  'vol-dumpxml v1 --pool p1',
  'vol-resize v1 2MiB --pool p1',
  'vol-delete v1 --pool p1',
  'pool-destroy p1',
  'pool-undefine p1',
]
const networks = (xml: string): string[] => [
  'net-list --all',
  `net-define ${xml}`,
  'net-start n1',
  'net-info n1',
  'net-uuid n1',
  'net-dumpxml n1',
  'net-autostart n1',
  'net-destroy n1',
  'net-undefine n1',
]
const domains = (name: string, xml: string): string[] => [
  'uri',
  'hostname',
  'version',
  'nodeinfo',
  'nodememstats',
  'nodecpustats',
  'capabilities',
  'domcapabilities --virttype qemu --arch x86_64',
  'list --all',
  'version --daemon',
  `define --validate ${xml}`,
  `start ${name} --paused`,
  `resume ${name}`,
  `suspend ${name}`,
  `resume ${name}`,
  `dominfo ${name}`,
  `domstate ${name} --reason`,
  `dumpxml ${name}`,
  `domstats ${name}`,
  `autostart ${name}`,
  `desc ${name} --title a title`,
  `desc ${name}`,
  `metadata ${name} http://floe.example/1 --key floe --set <a/>`,
  `metadata ${name} http://floe.example/1`,
  `setmem ${name} 32MiB --live`,
  `send-key ${name} KEY_A KEY_B`,
  `domblkinfo ${name} vda`,
  `blockresize ${name} vda 2MiB`,
  `domifaddr ${name}`,
  `domjobabort ${name}`,
  `reset ${name}`,
  `reboot ${name}`,
]
const ending = (name: string, xml: string): string[] => [
  `shutdown ${name} --mode acpi`,
  `destroy ${name} --graceful`,
  `undefine ${name} --managed-save`,
  `create ${xml}`,
  `domuuid ${name}`,
  `destroy ${name} --remove-logs`,
]

async function onTestDriver(): Promise<void> {
  await using daemon = await privateLibvirtd()
  const { dir } = daemon
  await writeFile(
    join(dir, 'vm.xml'),
    "<domain type='test'><name>vm</name><memory>65536</memory><os><type>hvm</type></os></domain>",
  )
  await writeFile(
    join(dir, 'net.xml'),
    "<network><name>n1</name><ip address='192.0.2.1' netmask='255.255.255.0'/></network>",
  )
  await writeFile(join(dir, 'disk.xml'), usbDisk(join(dir, 'usb.img')))
  const devices = ['attach', 'update', 'detach'].map((verb) => `${verb}-device vm ${join(dir, 'disk.xml')} --live`)
  const vm = join(dir, 'vm.xml')
  const script = [
    ...domains('vm', vm),
    ...devices,
    ...ending('vm', vm),
    ...pools(dir),
    ...networks(join(dir, 'net.xml')),
  ]
  await record({ name: 'test-driver', uri: 'test+unix:///default', upstream: daemon.socketPath, dir, lines: script })
}

async function onQemu(): Promise<void> {
  await using host = await qemuHost()
  const { dir, images } = host
  const disk = join(images, 'a.img')
  await writeFile(disk, Buffer.alloc(1 << 20))
  await writeFile(join(images, 'usb.img'), Buffer.alloc(1 << 20))
  await writeFile(join(dir, 'vm.xml'), guestXml('vm', disk))
  await writeFile(join(dir, 'usb.xml'), usbDisk(join(images, 'usb.img')))
  await writeFile(join(dir, 'cd.xml'), eject(join(images, 'usb.img')))
  const vm = join(dir, 'vm.xml')
  const script = [
    ...domains('vm', vm),
    `attach-device vm ${dir}/usb.xml --live`,
    `detach-device vm ${dir}/usb.xml --live`,
    `update-device vm ${dir}/cd.xml --live`,
    'domblkthreshold vm vda 1',
    'blkdeviotune vm vda --total-iops-sec 100 --live',
    'domifaddr vm --source arp',
    `blockcopy vm vda ${images}/copy.img --wait --pivot --transient-job`,
    `save vm ${images}/saved`,
    `restore ${images}/saved`,
    ...ending('vm', vm),
    ...pools(dir),
  ]
  const upstream = (host.target.via as { unix: string }).unix
  await record({ name: 'qemu', uri: 'qemu+unix:///system', upstream, dir, lines: script })
}

/** What only a guest can cause, by boot sectors; and by a Linux where FLOE_GUEST names a folder with vmlinuz and an
 *  initrd.img that loads virtio_balloon. */
async function onGuests(): Promise<void> {
  await using host = await qemuHost()
  const { dir, images } = host
  const upstream = (host.target.via as { unix: string }).unix
  const boot = async (name: string, pieces: readonly (readonly number[])[], change = (xml: string) => xml) => {
    await writeFile(join(images, name), bootDisk(pieces))
    await writeFile(join(dir, `${name}.xml`), change(guestXml(name, join(images, name))))
    return `create ${dir}/${name}.xml`
  }
  const device = (element: string) => (xml: string) => xml.replace('</devices>', `${element}</devices>`)
  const lines = [
    await boot('clock', [setClock]),
    await boot('dog', [startWatchdog], device("<watchdog model='ib700' action='none'/>")),
    await boot('sleeper', [sleepToMemory], sleeps),
    await boot('hibernator', [sleepToDisk], sleeps),
    await boot('optional', [], (xml) => missingMedium(xml, join(images, 'gone.iso'))),
    await boot('seen', [], (xml) => xml.replace(/<graphics .*\/>/, `<graphics type='vnc' socket='${dir}/vnc'/>`)),
  ]
  const full = await boot('full', [writeSector])
  lines.push(
    `${full} --paused`,
    // A disk with room for its boot sector and nothing more.
    `pool-create-as small dir --target ${host.small}`,
    'vol-create-as small writer 1MiB --allocation 0',
    `vol-upload writer ${join(dir, 'sector')} --pool small`,
    'vol-create-as small filler 1MiB --allocation 0',
    `vol-upload filler ${join(dir, 'filler')} --pool small`,
    await boot('writer', [], (xml) => diskFile(xml, join(host.small, 'writer'))),
  )
  await writeFile(join(dir, 'sector'), bootDisk([writeSector], 512))
  await writeFile(join(dir, 'filler'), Buffer.alloc(1 << 17, 'x'))
  const guest = process.env['FLOE_GUEST']
  if (guest !== undefined) {
    await writeFile(join(dir, 'linux.xml'), await linuxXml(guest, images))
    lines.push(`create ${dir}/linux.xml`)
  }
  const script: Script = async (virshOn) => {
    await pause(3000)
    await lookAtScreen(join(dir, 'vnc'))
    await virshOn(['dompmwakeup sleeper', 'domblkthreshold full vda 1', 'resume full'])
    if (guest !== undefined) {
      await pause(15_000)
      await virshOn(['setmem linux 100MiB --live'])
    }
    await pause(3000)
  }
  await record({ name: 'guests', uri: 'qemu+unix:///system', upstream, dir, lines, script })
}

await onTestDriver()
await onQemu()
await onGuests()
