/** The families of calls that QEMU's driver and its companions answer, recorded as record-virsh.ts does. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { guestXml, qemuHost } from './qemu-host.ts'
import { record } from './tape.ts'

const uuid = '11111111-2222-4333-8444-555555555555'
const files: Readonly<Record<string, string>> = {
  'cpu.xml': '<cpu><arch>x86_64</arch><model>qemu64</model></cpu>',
  'secret.xml': `<secret ephemeral='no' private='no'><uuid>${uuid}</uuid><usage type='volume'><volume>/v</volume></usage></secret>`,
  'filter.xml':
    "<filter name='f1' chain='root'><uuid>11111111-2222-4333-8444-555555555556</uuid><rule action='drop' direction='in' priority='500'><tcp/></rule></filter>",
  'binding.xml': `<filterbinding><owner><name>vm</name><uuid>${uuid}</uuid></owner><portdev name='lo'/>
    <mac address='52:54:00:00:00:09'/><filterref filter='f1'/></filterbinding>`,
  'net.xml': "<network><name>n1</name><bridge name='virbr7'/><mac address='52:54:00:00:01:01'/></network>",
  'passing.xml': "<network><name>n2</name><bridge name='virbr8'/></network>",
  'port.xml': `<networkport><uuid>${uuid}</uuid><owner><name>vm</name><uuid>${uuid}</uuid></owner><mac address='52:54:00:00:00:08'/></networkport>`,
  'checkpoint.xml': "<domaincheckpoint><name>c2</name><disks><disk name='vda'/></disks></domaincheckpoint>",
  'backup.xml':
    "<domainbackup><disks><disk name='vda' type='file'><target file='DIR/images/backup.qcow2'/></disk></disks></domainbackup>",
  'other.xml':
    "<domainbackup><disks><disk name='vda' type='file'><target file='DIR/images/other.qcow2'/></disk></disks></domainbackup>",
  'c3.xml': "<domaincheckpoint><name>c3</name><disks><disk name='vda'/></disks></domaincheckpoint>",
  'pull.xml': "<domainbackup mode='pull'><server transport='unix' socket='DIR/nbd'/></domainbackup>",
}

const host = [
  'version --daemon',
  'cpu-models x86_64',
  'cpu-compare DIR/cpu.xml',
  'cpu-baseline DIR/cpu.xml',
  'hypervisor-cpu-compare DIR/cpu.xml --virttype qemu --arch x86_64 --machine pc --emulator /usr/bin/qemu-system-x86_64',
  'hypervisor-cpu-baseline DIR/cpu.xml --virttype qemu --arch x86_64 --machine pc --emulator /usr/bin/qemu-system-x86_64',
  'domxml-to-native qemu-argv --xml DIR/vm.xml',
  'maxvcpus --type qemu',
  'domcapabilities --virttype qemu --arch x86_64 --machine pc --emulatorbin /usr/bin/qemu-system-x86_64',
  'sysinfo',
  'freepages --all',
  'freepages --cellno 0 --pagesize 4KiB',
  'allocpages 2MiB 0 --cellno 0 --add',
  'node-memory-tune',
  'pool-capabilities',
  'nodedev-list',
  'nodedev-list --tree',
  'nodedev-event --device computer --event lifecycle --timeout 1',
  'nodedev-event --event lifecycle --timeout 1',
  'secret-event --event lifecycle --timeout 1',
  'nodedev-info computer',
  'nodedev-dumpxml computer',
  'iface-list --all',
  'iface-name 00:00:00:00:00:00',
]
const companions = [
  'secret-define DIR/secret.xml',
  `secret-set-value ${uuid} --base64 c2VjcmV0`,
  `secret-get-value ${uuid}`,
  `secret-dumpxml ${uuid}`,
  'secret-list',
  `secret-event ${uuid} --event lifecycle --timeout 1`,
  `secret-undefine ${uuid}`,
  'nwfilter-define DIR/filter.xml',
  'nwfilter-define DIR/filter.xml --validate',
  'nwfilter-list',
  'nwfilter-dumpxml f1',
  'nwfilter-dumpxml 11111111-2222-4333-8444-555555555556',
  'nwfilter-binding-create DIR/binding.xml',
  'nwfilter-binding-list',
  'nwfilter-binding-dumpxml lo',
  'nwfilter-binding-delete lo',
  'nwfilter-undefine f1',
  'net-define DIR/net.xml --validate',
  'net-start n1',
  'net-create DIR/passing.xml --validate',
  'net-info n1',
  'net-dhcp-leases n1',
  'net-dhcp-leases n1 --mac 52:54:00:00:00:01',
  'net-event n1 --event lifecycle --timeout 1',
  `net-update n1 add-last portgroup "<portgroup name='p'/>" --live --config`,
  'net-port-create n1 DIR/port.xml',
  'net-port-list n1',
]
const port = (id: string): string[] => [`net-port-dumpxml n1 ${id}`, `net-port-delete n1 ${id}`, 'net-destroy n1']
const tuning = [
  'define DIR/vm.xml',
  'domrename vm vm2',
  'domrename vm2 vm',
  'start vm',
  'dominfo vm',
  'domcontrol vm',
  'dommemstat vm',
  'dommemstat vm --period 1 --live',
  'event vm --event lifecycle --timeout 1',
  'domblkstat vm vda',
  'domblkerror vm',
  'vcpuinfo vm',
  'set-lifecycle-action vm crash restart',
  'blkdeviotune vm vda',
  'blkdeviotune vm vda --total-iops-sec 100 --group-name g',
  'domblkthreshold vm vda 100000',
  'inject-nmi vm',
  'guest-agent-timeout vm --timeout 5',
  'dump vm DIR/dump --memory-only --format kdump-zlib',
]
const jobs = [
  'snapshot-create-as vm s1 --disk-only --no-metadata --diskspec vda,file=DIR/images/top.qcow2',
  'blockjob vm vda',
  'blockpull vm vda --bandwidth 1 --base DIR/images/vda.qcow2',
  'blockpull vm vda --wait',
  'snapshot-create-as vm s2 --disk-only --diskspec vda,file=DIR/images/top2.qcow2',
  'blockcommit vm vda --active --pivot --wait',
  'snapshot-list vm',
  'blockcommit vm vda --base DIR/images/vda.qcow2 --top DIR/images/top.qcow2',
  'snapshot-delete vm s2 --metadata',
  'blockcopy vm vda DIR/images/copy.qcow2 --bandwidth 1 --transient-job',
  'blockjob vm vda',
  'blockjob vm vda 10',
  'blockjob vm vda --abort',
]
const backup = [
  'checkpoint-create-as vm c1 --diskspec vda',
  'checkpoint-create vm DIR/checkpoint.xml',
  'checkpoint-list vm',
  'checkpoint-list vm --from c1',
  'checkpoint-dumpxml vm c1',
  'checkpoint-info vm c2',
  'checkpoint-parent vm c2',
  'backup-begin vm DIR/backup.xml',
  'domjobinfo vm --completed',
  'checkpoint-delete vm c1',
  'backup-begin vm DIR/other.xml DIR/c3.xml',
  'checkpoint-delete vm c3',
  'backup-begin vm DIR/pull.xml',
  'backup-dumpxml vm',
  'domjobinfo vm',
  'domjobabort vm',
  'checkpoint-delete vm c2',
]
const saved = [
  'migrate-setmaxdowntime vm 100',
  'migrate-getmaxdowntime vm',
  'migrate-setspeed vm 100',
  'migrate-getspeed vm',
  'migrate-compcache vm',
  'migrate-compcache vm --size 1048576',
  'domdirtyrate-calc vm --seconds 1',
  'domstats vm --dirtyrate',
  'managedsave vm',
  'managedsave-dumpxml vm',
  'managedsave-define vm DIR/vm.xml',
  'managedsave-remove vm',
  'start vm',
  'save vm DIR/saved --running --xml DIR/vm.xml',
  'save-image-dumpxml DIR/saved',
  'save-image-define DIR/saved DIR/vm.xml',
  'restore DIR/saved --running --xml DIR/vm.xml',
  'detach-device-alias vm net0',
  'destroy vm',
]
const defined = [
  'schedinfo vm --config',
  'schedinfo vm --config --set cpu_shares=2048',
  'blkiotune vm --config',
  'blkiotune vm --config --weight 500',
  'memtune vm --config',
  'memtune vm --config --hard-limit 4000000',
  'numatune vm --config',
  'numatune vm --config --nodeset 0',
  'domiftune vm 52:54:00:00:00:01 --config',
  'perf vm --config',
  'perf vm --config --enable cmt',
  'vcpupin vm 0 0 --config',
  'emulatorpin vm 0 --config',
]
const volumes = [
  'pool-define-as p dir --target DIR/p',
  'pool-build p',
  'pool-start p',
  'vol-create-as p v1 1MiB',
  'pool-event p --event lifecycle --timeout 1',
  'vol-info v1 --pool p --physical',
  'vol-clone v1 v2 --pool p',
  'vol-wipe v1 --pool p',
  'vol-wipe v1 --pool p --algorithm zero',
  'vol-create-as p v3 1MiB --allocation 0',
  'vol-upload v3 DIR/holes --pool p --sparse',
  'vol-download v3 DIR/down --pool p --sparse',
  'vol-delete v3 --pool p',
  'vol-delete v1 --pool p',
  'vol-delete v2 --pool p',
  'pool-destroy p',
  'pool-delete p',
]

await using machine = await qemuHost()
const { dir } = machine
const image = (name: string): string => join(machine.images, name)
const nic = "<interface type='network'><mac address='52:54:00:00:00:01'/><source network='n1'/></interface></devices>"
const vm = guestXml('vm', image('vda.qcow2'))
  .replace("type='raw'", "type='qcow2'")
  .replace('</name>', `</name><uuid>${uuid}</uuid>`)
await writeFile(
  join(dir, 'vm.xml'),
  vm.replace('</devices>', nic.replace("type='network'", "type='user'").replace("<source network='n1'/>", '')),
)
for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text.replaceAll('DIR', dir))
// A lease as dnsmasq's helper notes it, without a dnsmasq.
await mkdir(join(dir, 'lib', 'dnsmasq'), { recursive: true })
const lease = {
  'ip-address': '192.0.2.5',
  'mac-address': '52:54:00:00:00:01',
  hostname: 'vm',
  'client-id': '01:52:54:00:00:00:01',
  'expiry-time': 4_000_000_000,
}
await writeFile(
  join(dir, 'lib', 'dnsmasq', 'virbr7.status'),
  JSON.stringify([lease, { ...lease, 'ip-address': '2001:db8::5', iaid: '1' }]),
)
execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', image('vda.qcow2'), '8M'])
await writeFile(join(dir, 'holes'), Buffer.alloc(65_536, 'x'))
await truncate(join(dir, 'holes'), 1 << 20)
const inDir = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll('DIR', dir))
await record({
  name: 'qemu-families',
  uri: 'qemu+unix:///system',
  upstream: (machine.target.via as { unix: string }).unix,
  dir,
  lines: inDir([...host, ...companions]),
  script: async (virshOn, through) => {
    const { stdout } = await promisify(execFile)('virsh', ['-c', through, 'net-port-list', 'n1'])
    await virshOn(port(/[0-9a-f]{8}-[0-9a-f-]{27}/.exec(stdout)?.[0] ?? uuid))
    await virshOn(inDir([...tuning, ...jobs, ...backup, ...saved, ...defined, ...volumes]))
  },
})
