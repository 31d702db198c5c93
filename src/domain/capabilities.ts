import type { XmlElement } from '@floe/xml'

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
export function parseCapabilities(_document: string | XmlElement): CapabilitiesView {
  throw new Error('not there yet')
}

/** What the host offers for one arch and virtualization; nothing where it cannot. */
export function offeredGuest(
  _view: CapabilitiesView,
  _arch: string,
  _type: 'kvm' | 'qemu',
): GuestCapability | undefined {
  throw new Error('not there yet')
}
