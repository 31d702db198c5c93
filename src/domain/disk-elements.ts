import { element, type XmlElement } from '@floe/xml'

import type { Platform, Told } from './machine-choice.ts'
import { SpecError } from './spec-error.ts'
import type { DiskBus, DiskSpec, VmSpec } from './vm-spec.ts'

const prefixes: Readonly<Record<DiskBus, string>> = { virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd', ide: 'hd' }
// One controller each: libvirt adds more for sata and scsi, but the chipset's IDE has four places.
const places: Readonly<Partial<Record<DiskBus, number>>> = { ide: 4 }

/** The `<disk>` elements, and the buses they hang on. Throws `SpecError` where the host has no such bus. */
export function diskElements(
  spec: VmSpec,
  platform: Platform,
  orders: ReadonlyMap<string, number>,
  tell: Told,
): { readonly disks: XmlElement[]; readonly buses: ReadonlySet<DiskBus> } {
  const counts = new Map<string, number>()
  const buses: DiskBus[] = []
  const disks = spec.disks.map((disk, i) => {
    const bus = chooseBus(disk, i, platform, tell)
    const prefix = prefixes[bus]
    const place = counts.get(prefix) ?? 0
    if (place >= (places[bus] ?? Infinity)) {
      throw new SpecError(
        `disks[${i}].bus`,
        `There are ${places[bus]} places on the ${bus} bus; choose sata or virtio.`,
      )
    }
    counts.set(prefix, place + 1)
    buses.push(bus)
    return diskElement(disk, bus, prefix + letters(place), orders.get(`disks[${i}]`))
  })
  return { disks, buses: new Set(buses) }
}

function chooseBus(disk: DiskSpec, i: number, { family, machine, offers }: Platform, tell: Told): DiskBus {
  const offered = offers?.diskBuses
  if (disk.bus !== undefined) {
    if (offered?.includes(disk.bus) === false) {
      throw new SpecError(
        `disks[${i}].bus`,
        `The machine type ${machine} on this host has no ${disk.bus} bus; it has ${offered.join(', ')}.`,
      )
    }
    return disk.bus
  }
  const isDrive = disk.kind === 'cdrom'
  const suited = isDrive ? driveBuses[family] : diskBuses[family]
  const wanted = !isDrive && disk.readonly ? suited.filter((bus) => bus !== 'sata' && bus !== 'ide') : suited
  const bus = offered ? wanted.find((one) => offered.includes(one)) : wanted[0]
  if (bus === undefined) {
    throw new SpecError(`disks[${i}].bus`, `This host offers none of ${wanted.join(', ')} for ${machine}; name a bus.`)
  }
  const best = isDrive ? 'installers find it without a driver' : 'Linux has its driver and it is the fastest'
  const because = bus === wanted[0] ? best : `the host offers no ${wanted[0]}`
  tell({ what: `${isDrive ? 'CD-ROM' : 'Disk'} ${i + 1} bus`, value: bus, because })
  return bus
}

const diskBuses: Readonly<Record<Platform['family'], readonly DiskBus[]>> = {
  q35: ['virtio', 'scsi', 'sata', 'usb'],
  i440fx: ['virtio', 'scsi', 'ide', 'usb'],
  virt: ['virtio', 'scsi', 'usb'],
  other: ['virtio', 'scsi', 'usb'],
}
const driveBuses: typeof diskBuses = {
  q35: ['sata', 'scsi', 'usb'],
  i440fx: ['ide', 'scsi', 'usb'],
  virt: ['scsi', 'usb'],
  other: ['scsi', 'usb'],
}

function diskElement(disk: DiskSpec, bus: DiskBus, target: string, order: number | undefined): XmlElement {
  const isDrive = disk.kind === 'cdrom'
  const readonly = isDrive || disk.readonly === true
  return element(
    'disk',
    { type: 'file', device: disk.kind ?? 'disk' },
    // Freed blocks of the guest go back to the pool.
    element('driver', { name: 'qemu', type: disk.format, discard: readonly ? undefined : 'unmap' }),
    disk.path === undefined ? undefined : element('source', { file: disk.path }),
    element('target', { dev: target, bus }),
    readonly ? element('readonly') : undefined,
    disk.serial === undefined ? undefined : element('serial', {}, disk.serial),
    order === undefined ? undefined : element('boot', { order }),
  )
}

/** 0 → a, 25 → z, 26 → aa: the kernel's own naming. */
function letters(place: number): string {
  const last = String.fromCharCode(97 + (place % 26))
  return place < 26 ? last : letters(Math.floor(place / 26) - 1) + last
}
