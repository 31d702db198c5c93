import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { dial } from '../dial.ts'
import type { Target } from '../target.ts'

/** A real libvirtd with the QEMU driver in namespaces of its own: mounts, PIDs, network, names. Ending its first process
 *  ends every QEMU with it, and nothing of the machine's own libvirt is touched. `small` is a directory of 64 KiB that only the host's own processes see: what is written there goes through libvirt. */
export type QemuHost = AsyncDisposable & {
  readonly target: Target
  readonly dir: string
  readonly images: string
  readonly small: string
}

const startMs = 60_000

/** `name` is the machine's; hosts that migrate to each other must differ in it. */
export async function qemuHost(name = 'floe-host'): Promise<QemuHost> {
  const dir = await mkdtemp(join(tmpdir(), 'floe-host-'))
  const images = join(dir, 'images')
  const small = join(images, 'small')
  for (const each of ['images/small', 'run', 'lib', 'log', 'cache']) await mkdir(join(dir, each), { recursive: true })
  await cp('/etc/libvirt', join(dir, 'etc'), { recursive: true })
  await writeFile(
    join(dir, 'etc', 'libvirtd.conf'),
    `auth_unix_rw = "none"\nlog_outputs = "3:stderr"\nhost_uuid = "${randomUUID()}"\n`,
  )
  await writeFile(
    join(dir, 'etc', 'qemu.conf'),
    [
      'user = "root"',
      'group = "root"',
      'security_driver = "none"',
      'stdio_handler = "file"',
      'cgroup_controllers = [ ]',
      '',
    ].join('\n'),
  )
  const binds = {
    run: '/run',
    lib: '/var/lib/libvirt',
    etc: '/etc/libvirt',
    log: '/var/log',
    cache: '/var/cache/libvirt',
  }
  const script = [
    'set -e',
    `hostname ${name}; ip link set lo up`,
    'mkdir -p /var/lib/libvirt /var/cache/libvirt',
    ...Object.entries(binds).map(([from, to]) => `mount --bind '${join(dir, from)}' ${to}`),
    `mount -t tmpfs -o size=64k tmpfs '${small}'`,
    'mkdir -p /run/lock /run/libvirt /var/log/libvirt/qemu',
    // libvirtd must not be the namespace's first process: it would wait for ever for a QEMU that nobody reaps.
    'libvirtd -p /run/libvirtd.pid & daemon=$!',
    'while kill -0 $daemon; do sleep 1 & wait -n || :; done',
  ].join('\n')
  const isolate = ['-m', '-u', '-i', '-n', '-p', '-f', '--kill-child', '--mount-proc']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'unshare', ...isolate, 'bash', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-20_000)))
  const target: Target = { uri: 'qemu:///system', via: { unix: join(dir, 'run', 'libvirt', 'libvirt-sock') } }
  const host: QemuHost = { target, dir, images, small, [Symbol.asyncDispose]: () => end(child, dir) }
  try {
    for (const deadline = Date.now() + startMs; ; await pause(100)) {
      try {
        await (await dial(target)).close()
        return host
      } catch (error) {
        if (child.exitCode !== null || Date.now() > deadline)
          throw new Error(`libvirtd did not start in ${dir}: ${said}`, { cause: error })
      }
    }
  } catch (error) {
    await host[Symbol.asyncDispose]()
    throw error
  }
}

async function end(child: ChildProcess, dir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await rm(dir, { recursive: true, force: true, maxRetries: 10 })
}

/** The process that runs a guest of `host`, as the machine outside the host's namespaces sees it. */
export function qemuOf(host: QemuHost, name: string): number {
  const found = readdirSync('/proc')
    .filter((entry) => /^[0-9]+$/.test(entry))
    .find((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return line.includes(`guest=${name},`) && line.includes(host.images)
      } catch {
        return false // ended meanwhile
      }
    })
  if (found === undefined) throw new Error(`${name} runs nowhere on ${host.dir}`)
  return Number(found)
}

/** A guest without an operating system: firmware that prints on the serial port, a disk, a NIC, an agent's channel. */
export function guestXml(name: string, disk: string): string {
  return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='hd'/><bios useserial='yes'/></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/><source file='${disk}'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='hda' bus='ide'/><readonly/></disk>
    <serial type='pty'><target port='0'/></serial>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    <video><model type='vga'/></video>
    <memballoon model='virtio'/>
  </devices>
</domain>`
}

/** A disk on the emulated USB bus: it comes and goes without a guest's help. */
export function usbDisk(file: string): string {
  return `<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${file}'/><target dev='sda' bus='usb'/></disk>`
}

/** Another medium for the CD drive. */
export function eject(file: string): string {
  return `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${file}'/><target dev='hda' bus='ide'/><readonly/></disk>`
}
