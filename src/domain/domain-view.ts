import type { XmlElement } from '@floe/xml'

import type { DiskView } from './disk-view.ts'
import type { Marker } from './marker.ts'
import type { NicView } from './nic-view.ts'

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
  /** `undefined`: not a machine with firmware of its own (a container). */
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
export function parseDomain(_document: string | XmlElement): DomainView {
  throw new Error('not there yet')
}
