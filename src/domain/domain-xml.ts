import { element, format, type XmlElement } from '@floe/xml'

import { chooseCpu } from './cpu-choice.ts'
import { helperElements, nicElement, screenElements, serialElements } from './device-elements.ts'
import { diskElements } from './disk-elements.ts'
import { choosePlatform, isX86, type Platform, type Told } from './machine-choice.ts'
import { markerElement } from './marker.ts'
import { checkVmSpec } from './vm-spec-check.ts'
import type { BootDevice, Choice, HostFacts, VmSpec } from './vm-spec.ts'

/** The domain document of a VM that is to be, and every choice that the spec left open with its reason.
 *  Throws `SpecError` when the spec cannot be built on this host. Source: libvirt's formatdomain. */
export function toDomainXml(
  spec: VmSpec,
  facts: HostFacts,
): { readonly xml: string; readonly chosen: readonly Choice[] } {
  checkVmSpec(spec)
  const chosen: Choice[] = []
  const tell: Told = (choice) => chosen.push(choice)
  const platform = choosePlatform(spec, facts, tell)
  const domain = element(
    'domain',
    { type: spec.virtualization },
    element('name', {}, spec.name),
    element('uuid', {}, spec.uuid),
    spec.title ? element('title', {}, spec.title) : undefined,
    element('metadata', {}, markerElement({ ...spec, tags: spec.tags ?? [], protected: spec.protected === true })),
    element('memory', { unit: 'MiB' }, spec.memoryMiB),
    element('currentMemory', { unit: 'MiB' }, spec.memoryMiB),
    element('vcpu', { placement: 'static' }, spec.vcpus),
    osElement(spec, platform),
    featuresElement(spec, platform),
    chooseCpu(spec, platform, tell),
    clockElement(platform),
    element('on_poweroff', {}, 'destroy'),
    element('on_reboot', {}, 'restart'),
    element('on_crash', {}, 'destroy'),
    isX86(platform.arch) ? noSuspend() : undefined,
    devicesElement(spec, facts, platform, tell),
  )
  return { xml: format(domain), chosen }
}

function osElement({ kernel, secureBoot }: VmSpec, { arch, machine, firmware }: Platform): XmlElement {
  const enabled = secureBoot ? 'yes' : 'no'
  return element(
    'os',
    { firmware: firmware === 'uefi' ? 'efi' : undefined },
    element('type', { arch, machine }, 'hvm'),
    // Said both ways: left open, libvirt takes the first firmware it finds, which often has secure boot.
    firmware === 'uefi' && isX86(arch)
      ? element(
          'firmware',
          {},
          element('feature', { enabled, name: 'enrolled-keys' }),
          element('feature', { enabled, name: 'secure-boot' }),
        )
      : undefined,
    kernel && [
      element('kernel', {}, kernel.kernel),
      kernel.initrd === undefined ? undefined : element('initrd', {}, kernel.initrd),
      kernel.cmdline === undefined ? undefined : element('cmdline', {}, kernel.cmdline),
    ],
  )
}

function featuresElement({ secureBoot }: VmSpec, { arch, family }: Platform): XmlElement | undefined {
  if (!isX86(arch))
    return family === 'virt' && arch === 'aarch64' ? element('features', {}, element('acpi')) : undefined
  // Secure boot keeps its keys behind system management mode.
  return element(
    'features',
    {},
    element('acpi'),
    element('apic'),
    secureBoot ? element('smm', { state: 'on' }) : undefined,
  )
}

function clockElement({ arch }: Platform): XmlElement {
  if (!isX86(arch)) return element('clock', { offset: 'utc' })
  return element(
    'clock',
    { offset: 'utc' },
    element('timer', { name: 'rtc', tickpolicy: 'catchup' }),
    element('timer', { name: 'pit', tickpolicy: 'delay' }),
    element('timer', { name: 'hpet', present: 'no' }),
  )
}

/** A guest that suspends itself looks dead, and nobody sits there to wake it. */
const noSuspend = (): XmlElement =>
  element('pm', {}, element('suspend-to-mem', { enabled: 'no' }), element('suspend-to-disk', { enabled: 'no' }))

function devicesElement(spec: VmSpec, facts: HostFacts, platform: Platform, tell: Told): XmlElement {
  const orders = bootOrders(spec)
  const { disks, buses } = diskElements(spec, platform, orders, tell)
  const nics = spec.nics.map((nic, i) => nicElement(nic, i, orders.get(`nics[${i}]`), tell))
  const screen = screenElements(spec, platform, tell)
  const usb = buses.has('usb') || screen.some((one) => one.attr('bus') === 'usb')
  const emulator = facts.domainCapabilities?.arch === platform.arch ? facts.domainCapabilities.emulator : undefined
  return element(
    'devices',
    {},
    emulator === undefined ? undefined : element('emulator', {}, emulator),
    disks,
    usb ? element('controller', { type: 'usb', model: 'qemu-xhci' }) : undefined,
    buses.has('scsi') ? element('controller', { type: 'scsi', model: 'virtio-scsi' }) : undefined,
    nics,
    serialElements(spec.serial ?? {}),
    screen,
    helperElements(spec, facts, platform, tell),
  )
}

const defaultBoot: readonly BootDevice[] = ['disk', 'cdrom', 'network']

/** Counts from 1 over all devices, by `disks[0]`, `nics[0]`; none where a kernel is given, which needs no search. */
function bootOrders({ boot = defaultBoot, disks, nics, kernel }: VmSpec): ReadonlyMap<string, number> {
  if (kernel) return new Map()
  const queue = [...new Set(boot)].flatMap((kind): string[] => {
    if (kind === 'network') return nics.map((_, i) => `nics[${i}]`)
    return disks.flatMap((disk, i) => ((disk.kind ?? 'disk') === kind ? `disks[${i}]` : []))
  })
  return new Map(queue.map((device, i) => [device, i + 1]))
}
