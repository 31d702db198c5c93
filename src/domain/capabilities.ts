import type { XmlElement } from '@floe/xml'

import { rootOf, textAt, toInteger } from './document.ts'
import { mebibytesOf } from './quantity.ts'

/** What a host is and which guests it can run (`virConnectGetCapabilities`). */
export type CapabilitiesView = {
  readonly uuid: string | undefined
  readonly arch: string | undefined
  readonly cpuModel: string | undefined
  readonly cpuVendor: string | undefined
  readonly cpuFeatures: readonly string[]
  readonly topology:
    | { readonly sockets: number; readonly dies: number; readonly cores: number; readonly threads: number }
    | undefined
  /** All NUMA cells together. */
  readonly memoryMiB: number | undefined
  readonly cells: readonly { readonly id: number; readonly memoryMiB: number | undefined; readonly cpus: number }[]
  readonly migration: { readonly live: boolean; readonly transports: readonly string[] } | undefined
  readonly guests: readonly GuestCapability[]
  readonly securityModels: readonly string[]
}

export type GuestCapability = {
  /** `hvm`, `xen`, `exe`. */
  readonly osType: string | undefined
  readonly arch: string | undefined
  readonly wordSize: number | undefined
  readonly emulator: string | undefined
  readonly machines: readonly Machine[]
  /** `qemu`, `kvm`; a type with machines of its own replaces the arch's. */
  readonly domains: readonly { readonly type: string; readonly machines: readonly Machine[] }[]
}

export type Machine = {
  readonly name: string
  /** What an alias stands for: `q35` is `pc-q35-7.2`. */
  readonly canonical: string | undefined
  readonly maxCpus: number | undefined
}

/** The view of a host's capabilities. Throws `XmlError`, or `DocumentError` when it is no such document. */
export function parseCapabilities(document: string | XmlElement): CapabilitiesView {
  const root = rootOf(document, 'capabilities')
  const host = root.child('host')
  const cpu = host?.child('cpu')
  const cells = (host?.all('topology/cells/cell') ?? []).map((cell) => ({
    id: toInteger(cell.attr('id')) ?? 0,
    memoryMiB: mebibytesOf(cell.child('memory')),
    cpus: toInteger(cell.child('cpus')?.attr('num')) ?? 0,
  }))
  const known = cells.flatMap((cell) => cell.memoryMiB ?? [])
  return {
    uuid: textAt(host, 'uuid')?.toLowerCase(),
    arch: textAt(cpu, 'arch'),
    cpuModel: textAt(cpu, 'model'),
    cpuVendor: textAt(cpu, 'vendor'),
    cpuFeatures: (cpu?.children('feature') ?? []).flatMap((feature) => feature.attr('name') ?? []),
    topology: toTopology(cpu?.child('topology')),
    memoryMiB: known.length === 0 ? undefined : known.reduce((sum, one) => sum + one, 0),
    cells,
    migration: toMigration(host?.child('migration_features')),
    guests: root.children('guest').map(toGuest),
    securityModels: (host?.children('secmodel') ?? []).flatMap((model) => textAt(model, 'model') ?? []),
  }
}

function toTopology(topology: XmlElement | undefined): CapabilitiesView['topology'] {
  if (!topology) return undefined
  const part = (name: string): number => toInteger(topology.attr(name)) ?? 1
  return { sockets: part('sockets'), dies: part('dies'), cores: part('cores'), threads: part('threads') }
}

function toMigration(features: XmlElement | undefined): CapabilitiesView['migration'] {
  if (!features) return undefined
  const transports = features.all('uri_transports/uri_transport').map((transport) => transport.text().trim())
  return { live: features.child('live') !== undefined, transports }
}

function toGuest(guest: XmlElement): GuestCapability {
  const arch = guest.child('arch')
  return {
    osType: textAt(guest, 'os_type'),
    arch: arch?.attr('name'),
    wordSize: toInteger(textAt(arch, 'wordsize')),
    emulator: textAt(arch, 'emulator'),
    machines: machinesOf(arch),
    domains: (arch?.children('domain') ?? []).map((domain) => ({
      type: domain.attr('type') ?? 'unknown',
      machines: machinesOf(domain),
    })),
  }
}

const machinesOf = (parent: XmlElement | undefined): Machine[] =>
  (parent?.children('machine') ?? []).map((machine) => ({
    name: machine.text().trim(),
    canonical: machine.attr('canonical'),
    maxCpus: toInteger(machine.attr('maxCpus')),
  }))

/** What the host offers for one arch and virtualization; nothing where it cannot. */
export function offeredGuest(view: CapabilitiesView, arch: string, type: 'kvm' | 'qemu'): GuestCapability | undefined {
  return view.guests.find(
    (guest) => guest.osType === 'hvm' && guest.arch === arch && guest.domains.some((domain) => domain.type === type),
  )
}

/** The machines of a guest capability for one virtualization. */
export function offeredMachines(guest: GuestCapability, type: 'kvm' | 'qemu'): readonly Machine[] {
  const own = guest.domains.find((domain) => domain.type === type)?.machines ?? []
  return own.length > 0 ? own : guest.machines
}
