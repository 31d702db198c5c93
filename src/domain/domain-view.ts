import type { XmlElement } from '@floe/xml'

import { type DiskView, toDiskView } from './disk-view.ts'
import { isOn, rootOf, textAt, toInteger, toPort } from './document.ts'
import { isX86 } from './machine-choice.ts'
import { type Marker, parseMarker } from './marker.ts'
import { type NicView, toNicView } from './nic-view.ts'
import { mebibytesOf } from './quantity.ts'

/** A domain document read for people and decisions. Tolerant: what is absent or unknown is `undefined`,
 *  and words that libvirt may add later are passed on as they are. */
export type DomainView = {
  readonly uuid: string | undefined
  readonly name: string | undefined
  readonly title: string | undefined
  readonly description: string | undefined
  /** libvirt's running number; only a live document has it. */
  readonly id: number | undefined
  /** `kvm`, `qemu`, or what else libvirt drives. */
  readonly type: string | undefined
  /** The maximum; rounded up from any unit. */
  readonly memoryMiB: number | undefined
  readonly currentMemoryMiB: number | undefined
  readonly vcpus: { readonly current: number; readonly max: number } | undefined
  readonly arch: string | undefined
  readonly machine: string | undefined
  /** `undefined`: neither of the two (a container, another architecture's own firmware). */
  readonly firmware: { readonly type: 'bios' | 'uefi'; readonly secureBoot: boolean } | undefined
  /** libvirt's words, first tried first: `hd`, `cdrom`, `network`, `fd`. Per-device order stands at the devices. */
  readonly boot: readonly string[]
  readonly kernel:
    | { readonly kernel: string; readonly initrd: string | undefined; readonly cmdline: string | undefined }
    | undefined
  readonly cpu: { readonly mode: string | undefined; readonly model: string | undefined } | undefined
  readonly emulator: string | undefined
  readonly disks: readonly DiskView[]
  readonly nics: readonly NicView[]
  readonly graphics: readonly GraphicsView[]
  readonly consoles: readonly CharDeviceView[]
  readonly serials: readonly CharDeviceView[]
  readonly channels: readonly ChannelView[]
  readonly video: readonly { readonly model: string | undefined; readonly heads: number | undefined }[]
  readonly sounds: readonly string[]
  readonly tpm:
    | { readonly model: string | undefined; readonly backend: string | undefined; readonly version: string | undefined }
    | undefined
  readonly watchdogs: readonly { readonly model: string | undefined; readonly action: string | undefined }[]
  readonly rngs: readonly { readonly model: string | undefined; readonly backend: string | undefined }[]
  readonly balloon: { readonly model: string | undefined; readonly freePageReporting: boolean } | undefined
  readonly inputs: readonly { readonly type: string | undefined; readonly bus: string | undefined }[]
  readonly onPoweroff: string | undefined
  readonly onReboot: string | undefined
  readonly onCrash: string | undefined
  readonly securityLabels: readonly {
    readonly type: string | undefined
    readonly model: string | undefined
    readonly label: string | undefined
  }[]
  readonly marker: Marker | undefined
}

export type GraphicsView = {
  /** `vnc`, `spice`, or what else libvirt has. */
  readonly type: string | undefined
  readonly listen: string | undefined
  /** Set while it runs; `undefined` where libvirt chooses at the start. */
  readonly port: number | undefined
  readonly tlsPort: number | undefined
  readonly socket: string | undefined
  /** Only a document read with the secure flag tells the password; this tells what the document has. */
  readonly hasPassword: boolean
}

export type CharDeviceView = {
  /** Its backend: `pty`, `file`, `tcp`, `unix` … */
  readonly type: string | undefined
  readonly path: string | undefined
  readonly port: number | undefined
  readonly target: string | undefined
  readonly log: string | undefined
  readonly alias: string | undefined
}

export type ChannelView = {
  readonly type: string | undefined
  /** `org.qemu.guest_agent.0` is the guest agent. */
  readonly name: string | undefined
  /** `connected` or `disconnected`; only in a live document. */
  readonly state: string | undefined
}

export const agentChannel = 'org.qemu.guest_agent.0'

/** The view of a domain document. Throws `XmlError` when it is not well-formed, `DocumentError` when it is no domain. */
export function parseDomain(document: string | XmlElement): DomainView {
  const domain = rootOf(document, 'domain')
  const devices = domain.child('devices')
  const each = <T>(name: string, view: (device: XmlElement) => T): T[] => (devices?.children(name) ?? []).map(view)
  return {
    uuid: textAt(domain, 'uuid')?.toLowerCase(),
    name: domain.child('name')?.text(),
    title: textAt(domain, 'title'),
    description: textAt(domain, 'description'),
    id: toInteger(domain.attr('id')),
    type: domain.attr('type'),
    ...systemView(domain),
    emulator: textAt(devices, 'emulator'),
    disks: each('disk', toDiskView),
    nics: each('interface', toNicView),
    graphics: each('graphics', toGraphics),
    consoles: each('console', toCharDevice),
    serials: each('serial', toCharDevice),
    channels: each('channel', toChannel),
    video: each('video', (video) => ({
      model: video.child('model')?.attr('type'),
      heads: toInteger(video.child('model')?.attr('heads')),
    })),
    sounds: each('sound', (sound) => sound.attr('model') ?? 'unknown'),
    tpm: each('tpm', toTpm)[0],
    watchdogs: each('watchdog', (one) => ({ model: one.attr('model'), action: one.attr('action') })),
    rngs: each('rng', (rng) => ({ model: rng.attr('model'), backend: rng.child('backend')?.attr('model') })),
    balloon: each('memballoon', (balloon) => ({
      model: balloon.attr('model'),
      freePageReporting: isOn(balloon.attr('freePageReporting')),
    }))[0],
    inputs: each('input', (input) => ({ type: input.attr('type'), bus: input.attr('bus') })),
    onPoweroff: textAt(domain, 'on_poweroff'),
    onReboot: textAt(domain, 'on_reboot'),
    onCrash: textAt(domain, 'on_crash'),
    securityLabels: domain.children('seclabel').map((label) => ({
      type: label.attr('type'),
      model: label.attr('model'),
      label: textAt(label, 'label'),
    })),
    marker: parseMarker(domain),
  }
}

type System = 'arch' | 'boot' | 'cpu' | 'currentMemoryMiB' | 'firmware' | 'kernel' | 'machine' | 'memoryMiB' | 'vcpus'

function systemView(domain: XmlElement): Pick<DomainView, System> {
  const os = domain.child('os')
  const kernel = textAt(os, 'kernel')
  const cpu = domain.child('cpu')
  const model = textAt(cpu, 'model')
  return {
    memoryMiB: mebibytesOf(domain.child('memory')),
    currentMemoryMiB: mebibytesOf(domain.child('currentMemory') ?? domain.child('memory')),
    vcpus: toVcpus(domain.child('vcpu')),
    arch: os?.child('type')?.attr('arch'),
    machine: os?.child('type')?.attr('machine'),
    firmware: toFirmware(os),
    boot: (os?.children('boot') ?? []).flatMap((boot) => boot.attr('dev') ?? []),
    kernel: kernel === undefined ? undefined : { kernel, initrd: textAt(os, 'initrd'), cmdline: textAt(os, 'cmdline') },
    // libvirt's own default where a model stands without a mode.
    cpu: cpu && { mode: cpu.attr('mode') ?? (model === undefined ? undefined : 'custom'), model },
  }
}

function toVcpus(vcpu: XmlElement | undefined): DomainView['vcpus'] {
  const max = toInteger(vcpu?.text())
  return max === undefined ? undefined : { current: toInteger(vcpu?.attr('current')) ?? max, max }
}

function toFirmware(os: XmlElement | undefined): DomainView['firmware'] {
  if (!os || textAt(os, 'type') !== 'hvm') return undefined
  const loader = os.child('loader')
  const feature = os.all('firmware/feature').find((one) => one.attr('name') === 'secure-boot')
  const secureBoot = isOn(loader?.attr('secure')) || isOn(feature?.attr('enabled'))
  if (os.attr('firmware') === 'efi' || loader?.attr('type') === 'pflash') return { type: 'uefi', secureBoot }
  const arch = os.child('type')?.attr('arch')
  return arch === undefined || isX86(arch) ? { type: 'bios', secureBoot: false } : undefined
}

function toGraphics(graphics: XmlElement): GraphicsView {
  const listen = graphics.child('listen')
  return {
    type: graphics.attr('type'),
    listen: graphics.attr('listen') ?? listen?.attr('address'),
    port: toPort(graphics.attr('port')),
    tlsPort: toPort(graphics.attr('tlsPort')),
    socket: graphics.attr('socket') ?? listen?.attr('socket'),
    hasPassword: graphics.attr('passwd') !== undefined,
  }
}

function toCharDevice(device: XmlElement): CharDeviceView {
  const source = device.child('source')
  const target = device.child('target')
  return {
    type: device.attr('type'),
    path: source?.attr('path') ?? device.attr('tty'),
    port: toInteger(target?.attr('port')),
    target: target?.attr('type'),
    log: device.child('log')?.attr('file'),
    alias: device.child('alias')?.attr('name'),
  }
}

function toChannel(channel: XmlElement): ChannelView {
  const target = channel.child('target')
  return { type: channel.attr('type'), name: target?.attr('name'), state: target?.attr('state') }
}

function toTpm(tpm: XmlElement): NonNullable<DomainView['tpm']> {
  const backend = tpm.child('backend')
  return { model: tpm.attr('model'), backend: backend?.attr('type'), version: backend?.attr('version') }
}
