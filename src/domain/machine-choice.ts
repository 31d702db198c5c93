import { type Machine, offeredGuest, offeredMachines } from './capabilities.ts'
import type { DomainCapabilitiesView } from './domain-capabilities.ts'
import { SpecError } from './spec-error.ts'
import type { Choice, Firmware, HostFacts, VmSpec } from './vm-spec.ts'

/** What a VM stands on: everything that its devices depend on. */
export type Platform = {
  readonly arch: string
  readonly machine: string
  /** `q35` and `i440fx` are x86 PCs; `virt` is what other architectures have. */
  readonly family: 'q35' | 'i440fx' | 'virt' | 'other'
  readonly firmware: Firmware
  /** What the host says of this very machine; `undefined` where it said nothing of it. */
  readonly offers: DomainCapabilitiesView | undefined
}

export type Told = (choice: Choice) => void

/** Chooses architecture, machine and firmware. Throws `SpecError` where the host cannot. */
export function choosePlatform(spec: VmSpec, facts: HostFacts, tell: Told): Platform {
  const arch = chooseArch(spec, facts, tell)
  const machine = chooseMachine(spec, facts, arch, tell)
  const family = familyOf(machine)
  const told = facts.domainCapabilities
  const sameGuest = told?.arch === arch && (told.type === undefined || told.type === spec.virtualization)
  const offers = sameGuest && (told.machine === undefined || familyOf(told.machine) === family) ? told : undefined
  if (offers?.maxVcpus !== undefined && spec.vcpus > offers.maxVcpus) {
    throw new SpecError(
      'vcpus',
      `The machine type ${machine} on this host has at most ${offers.maxVcpus} vCPUs, not ${spec.vcpus}.`,
    )
  }
  return { arch, machine, family, firmware: chooseFirmware(spec, arch, family, offers, tell), offers }
}

function chooseArch({ arch }: VmSpec, facts: HostFacts, tell: Told): string {
  if (arch !== undefined) return arch
  const own = facts.capabilities?.arch ?? facts.domainCapabilities?.arch
  const because =
    own === undefined ? 'the host did not tell its own, and this is the usual one' : "it is the host's own"
  tell({ what: 'Architecture', value: own ?? 'x86_64', because })
  return own ?? 'x86_64'
}

function chooseMachine(spec: VmSpec, { capabilities }: HostFacts, arch: string, tell: Told): string {
  const guest = capabilities && offeredGuest(capabilities, arch, spec.virtualization)
  if (capabilities && !guest) {
    const other = spec.virtualization === 'kvm' && offeredGuest(capabilities, arch, 'qemu')
    const remedy = other ? 'choose qemu, which emulates and is slower' : 'choose another host or architecture'
    throw new SpecError('virtualization', `This host offers no ${spec.virtualization} for ${arch}; ${remedy}.`)
  }
  const machines = guest && offeredMachines(guest, spec.virtualization)
  if (spec.machine !== undefined) {
    if (machines && !has(machines, spec.machine)) {
      throw new SpecError(
        'machine',
        `This host has no machine type ${spec.machine} for ${arch}; leave it out, or choose another.`,
      )
    }
    return spec.machine
  }
  const wanted = isX86(arch) ? ['q35', 'pc'] : ['virt']
  const found = machines ? wanted.find((one) => has(machines, one)) : wanted[0]
  if (found === undefined) {
    throw new SpecError(
      'machine',
      `This host has none of the machine types ${wanted.join(', ')} for ${arch}; name one.`,
    )
  }
  tell({ what: 'Machine type', value: found, because: machineReasons[found]! })
  return found
}

const machineReasons: Readonly<Record<string, string>> = {
  q35: 'it has PCI Express and is the current PC',
  pc: 'the host has no q35',
  virt: 'it is made for virtual machines',
}

const has = (machines: readonly Machine[], name: string): boolean =>
  machines.some((machine) => machine.name === name || machine.canonical === name)

export const isX86 = (arch: string): boolean => arch === 'x86_64' || arch === 'i686'

function familyOf(machine: string): Platform['family'] {
  if (/^(?:pc-)?q35(?:-|$)/.test(machine)) return 'q35'
  if (/^pc(?:-i440fx-|-[0-9]|$)/.test(machine)) return 'i440fx'
  return /^virt(?:-|$)/.test(machine) ? 'virt' : 'other'
}

type Offers = DomainCapabilitiesView | undefined

function chooseFirmware(spec: VmSpec, arch: string, family: Platform['family'], offers: Offers, tell: Told): Firmware {
  const hasUefi = offers?.firmwares?.includes('efi') !== false
  const firmware = spec.firmware ?? (spec.secureBoot || !isX86(arch) ? 'uefi' : 'bios')
  if (firmware === 'uefi' && !hasUefi) {
    throw new SpecError(
      'firmware',
      `This host has no UEFI firmware for ${arch}. On Debian: apt install ${isX86(arch) ? 'ovmf' : 'qemu-efi-aarch64'}.`,
    )
  }
  if (spec.secureBoot && (family === 'i440fx' || offers?.secureBoot === false)) {
    throw new SpecError(
      'secureBoot',
      `This host has no secure boot for the machine type ${spec.machine ?? family}; choose q35, or leave it out.`,
    )
  }
  if (spec.firmware === undefined) {
    const because =
      firmware === 'bios'
        ? 'every image boots with it and the host needs no firmware file'
        : 'secure boot or this architecture needs it'
    tell({ what: 'Firmware', value: firmware, because })
  }
  return firmware
}
