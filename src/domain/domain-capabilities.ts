import type { XmlElement } from '@floe/xml'

import { rootOf, textAt, toInteger } from './document.ts'

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
export function parseDomainCapabilities(document: string | XmlElement): DomainCapabilitiesView {
  const root = rootOf(document, 'domainCapabilities')
  const os = root.child('os')
  const modes = root.all('cpu/mode').filter((mode) => mode.attr('supported') === 'yes')
  const modeNamed = (name: string): XmlElement | undefined => modes.find((mode) => mode.attr('name') === name)
  const device = (name: string, choice: string): string[] | undefined => offered(root.at(`devices/${name}`), choice)
  return {
    emulator: textAt(root, 'path'),
    type: textAt(root, 'domain'),
    machine: textAt(root, 'machine'),
    arch: textAt(root, 'arch'),
    maxVcpus: toInteger(root.child('vcpu')?.attr('max')),
    firmwares: offered(os, 'firmware'),
    secureBoot: offered(os?.child('loader'), 'secure')?.includes('yes') ?? false,
    loaders: (os?.child('loader')?.children('value') ?? []).map((value) => value.text().trim()),
    cpuModes: modes.flatMap((mode) => mode.attr('name') ?? []),
    hostModel: textAt(modeNamed('host-model'), 'model'),
    cpuModels: (modeNamed('custom')?.children('model') ?? []).map((model) => ({
      name: model.text().trim(),
      usable: model.attr('usable') === 'yes',
    })),
    diskBuses: device('disk', 'bus'),
    diskDevices: device('disk', 'diskDevice'),
    graphics: device('graphics', 'type'),
    videos: device('video', 'modelType'),
    rngModels: device('rng', 'model'),
    rngBackends: device('rng', 'backendModel'),
    tpmModels: device('tpm', 'model'),
    tpmBackends: device('tpm', 'backendModel'),
    filesystems: device('filesystem', 'driverType'),
    channels: device('channel', 'type'),
    hostdevModes: device('hostdev', 'mode'),
    memoryBackings: offered(root.child('memoryBacking'), 'sourceType'),
    features: Object.fromEntries(
      (root.child('features')?.children() ?? []).map((feature) => [feature.name, feature.attr('supported') === 'yes']),
    ),
  }
}

/** The values of one choice; none where the host says "no", `undefined` where the document is silent. */
function offered(parent: XmlElement | undefined, choice: string): string[] | undefined {
  if (!parent) return undefined
  if (parent.attr('supported') === 'no') return []
  const found = parent.children('enum').find((one) => one.attr('name') === choice)
  return found?.children('value').map((value) => value.text().trim())
}
