import { checkInteger, checkLine, checkMac, checkPath, checkText, checkUuid, checkWord } from './spec-check.ts'
import { SpecError } from './spec-error.ts'
import { vmNameProblem } from './vm-name.ts'
import type { DiskSpec, GraphicsSpec, KernelSpec, NicSpec, VmSpec } from './vm-spec.ts'

const maxMemoryMiB = 64 * 1024 * 1024 // 64 TiB: above every machine QEMU has, and exact in every unit
const maxDevices = 256

/** Refuses a spec that would be wrong on every host. Throws `SpecError`. */
export function checkVmSpec(spec: VmSpec): void {
  const problem = vmNameProblem(spec.name)
  if (problem !== undefined) throw new SpecError('name', problem)
  checkUuid('uuid', 'The UUID', spec.uuid)
  checkInteger('memoryMiB', 'The memory in MiB', spec.memoryMiB, { min: 1, max: maxMemoryMiB })
  checkInteger('vcpus', 'The number of vCPUs', spec.vcpus, { min: 1, max: 4096 })
  checkMarker(spec)
  if (spec.title !== undefined && spec.title !== '') checkLine('title', 'The title', spec.title, 255)
  if (spec.arch !== undefined) checkWord('arch', 'The architecture', spec.arch)
  if (spec.machine !== undefined) checkWord('machine', 'The machine type', spec.machine)
  if (spec.video !== undefined) checkWord('video', 'The video model', spec.video)
  if (typeof spec.cpu === 'object') checkWord('cpu.model', 'The CPU model', spec.cpu.model)
  if (spec.secureBoot && spec.firmware === 'bios') {
    throw new SpecError('secureBoot', 'BIOS has no secure boot; choose the firmware uefi.')
  }
  checkCount('disks', spec.disks.length)
  checkCount('nics', spec.nics.length)
  spec.disks.forEach((disk, i) => checkDisk(`disks[${i}]`, disk, spec.disks.slice(0, i)))
  spec.nics.forEach((nic, i) => checkNic(`nics[${i}]`, nic, spec.nics.slice(0, i)))
  if (spec.kernel) checkKernel(spec.kernel)
  if (spec.graphics) checkGraphics(spec.graphics)
  if (spec.serial?.log !== undefined) checkPath('serial.log', "The serial console's log", spec.serial.log)
}

function checkMarker({ id, floe, task, notes, tags }: VmSpec): void {
  checkLine('id', "The VM's id", id, 255)
  checkLine('floe', "Floe's id", floe, 255)
  if (task !== undefined) checkLine('task', "The task's id", task, 255)
  if (notes !== undefined) checkText('notes', 'The notes', notes, 16_384)
  checkCount('tags', tags?.length ?? 0)
  tags?.forEach((tag, i) => checkLine(`tags[${i}]`, `Tag ${i + 1}`, tag, 64))
}

function checkCount(field: string, count: number): void {
  if (count > maxDevices) throw new SpecError(field, `There are ${count} ${field}; at most ${maxDevices} are possible.`)
}

function checkDisk(field: string, disk: DiskSpec, before: readonly DiskSpec[]): void {
  if (disk.path !== undefined) checkPath(`${field}.path`, "The disk's path", disk.path)
  else if (disk.kind !== 'cdrom')
    throw new SpecError(`${field}.path`, 'A disk needs a volume; only a CD-ROM drive may be empty.')
  const twice = before.find((other) => other.path !== undefined && other.path === disk.path)
  if (twice && !(isReadOnly(disk) && isReadOnly(twice))) {
    throw new SpecError(`${field}.path`, 'Another disk of this VM is the same volume; two writers would destroy it.')
  }
  if (disk.kind === 'cdrom' && disk.bus === 'virtio') {
    throw new SpecError(`${field}.bus`, 'There is no virtio CD-ROM drive; choose sata, scsi, ide or usb.')
  }
  if (disk.kind !== 'cdrom' && disk.readonly && (disk.bus === 'sata' || disk.bus === 'ide')) {
    throw new SpecError(
      `${field}.bus`,
      `There are no read-only disks on the ${disk.bus} bus; choose virtio, scsi or usb.`,
    )
  }
  if (disk.serial !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$/.test(disk.serial)) {
    throw new SpecError(`${field}.serial`, 'A disk\'s serial number has up to 20 letters, digits, ".", "_" and "-".')
  }
}

const isReadOnly = (disk: DiskSpec): boolean => disk.kind === 'cdrom' || disk.readonly === true

function checkNic(field: string, nic: NicSpec, before: readonly NicSpec[]): void {
  checkLine(`${field}.network`, "The network's name", nic.network, 200)
  if (nic.model !== undefined) checkWord(`${field}.model`, "The network card's model", nic.model)
  const mac = nic.mac?.toLowerCase()
  if (mac === undefined) return
  checkMac(`${field}.mac`, mac)
  if (before.some((other) => other.mac?.toLowerCase() === mac)) {
    throw new SpecError(`${field}.mac`, `Another network card of this VM has the address ${mac}; each needs its own.`)
  }
}

function checkKernel({ kernel, initrd, cmdline }: KernelSpec): void {
  checkPath('kernel.kernel', "The kernel's path", kernel)
  if (initrd !== undefined) checkPath('kernel.initrd', "The initrd's path", initrd)
  // Linux on x86 cuts at 2048 with the terminating zero, without a word.
  if (cmdline !== undefined) checkLine('kernel.cmdline', "The kernel's command line", cmdline, 2047)
}

function checkGraphics({ password, passwordValidTo }: GraphicsSpec): void {
  if (password !== undefined) {
    checkLine('graphics.password', 'The VNC password', password, 8)
    if (!/^[\x20-\x7e]+$/.test(password)) {
      throw new SpecError('graphics.password', 'The VNC password has letters, digits and signs of ASCII only.')
    }
  }
  if (passwordValidTo === undefined) return
  if (password === undefined)
    throw new SpecError('graphics.passwordValidTo', 'There is no VNC password that could expire.')
  if (!(passwordValidTo.getTime() >= 0 && passwordValidTo.getUTCFullYear() < 10_000)) {
    throw new SpecError('graphics.passwordValidTo', 'The VNC password expires at a time between 1970 and 9999.')
  }
}
