import type { XmlElement } from '@floe/xml'

/** What one emulator offers a domain of one arch, machine and virtualization (`virConnectGetDomainCapabilities`).
 *  An empty list means that the host says it has none; `undefined` that this libvirt does not tell. */
export type DomainCapabilitiesView = {
  readonly emulator: string | undefined
  /** `kvm` or `qemu`. */
  readonly type: string | undefined
  readonly machine: string | undefined
  readonly arch: string | undefined
  readonly maxVcpus: number | undefined
  readonly firmwares: readonly string[] | undefined
  readonly secureBoot: boolean
  /** Firmware images that libvirt knows. */
  readonly loaders: readonly string[]
  readonly cpuModes: readonly string[]
  readonly hostModel: string | undefined
  readonly cpuModels: readonly { readonly name: string; readonly usable: boolean }[]
  readonly diskBuses: readonly string[] | undefined
  readonly diskDevices: readonly string[] | undefined
  readonly graphics: readonly string[] | undefined
  readonly videos: readonly string[] | undefined
  readonly rngModels: readonly string[] | undefined
  readonly rngBackends: readonly string[] | undefined
  readonly tpmModels: readonly string[] | undefined
  readonly tpmBackends: readonly string[] | undefined
  readonly filesystems: readonly string[] | undefined
  readonly channels: readonly string[] | undefined
  readonly hostdevModes: readonly string[] | undefined
  readonly memoryBackings: readonly string[] | undefined
  /** Under the document's own words: `gic`, `backup`, `sev` … */
  readonly features: Readonly<Record<string, boolean>>
}

/** The view of domain capabilities. Throws `XmlError`, or `DocumentError` when it is no such document. */
export function parseDomainCapabilities(_document: string | XmlElement): DomainCapabilitiesView {
  throw new Error('not there yet')
}
