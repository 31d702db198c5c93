import type { CapabilitiesView } from './capabilities.ts'
import type { DomainCapabilitiesView } from './domain-capabilities.ts'

/** What a VM is to be, before libvirt knows it. What is left out is chosen by `toDomainXml`, which says why.
 *  Every string may hold any text: it ends as text in the document, or is refused with a `SpecError`. */
export type VmSpec = {
  readonly uuid: string
  /** libvirt's name of it: see `vmNameProblem`. */
  readonly name: string
  /** Floe's own id of the VM, kept in the marker. */
  readonly id: string
  /** The copy of Floe that runs it. */
  readonly floe: string
  /** The task that defines it: what an undo may remove. */
  readonly task?: string | undefined
  readonly title?: string | undefined
  readonly notes?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly protected?: boolean | undefined
  readonly memoryMiB: number
  readonly vcpus: number
  readonly virtualization: 'kvm' | 'qemu'
  /** libvirt's name of it; without it the host's own. */
  readonly arch?: string | undefined
  readonly firmware?: Firmware | undefined
  readonly secureBoot?: boolean | undefined
  readonly machine?: string | undefined
  readonly cpu?: CpuPolicy | undefined
  readonly disks: readonly DiskSpec[]
  readonly nics: readonly NicSpec[]
  /** Boots this kernel instead of a disk's boot loader. */
  readonly kernel?: KernelSpec | undefined
  /** `false`: no screen at all. Without it VNC on the host's loopback. */
  readonly graphics?: GraphicsSpec | false | undefined
  readonly video?: string | undefined
  readonly serial?: SerialSpec | undefined
  /** What is tried first; devices of one kind keep their order. Without it: disks, then CD-ROMs, then the network. */
  readonly boot?: readonly BootDevice[] | undefined
  /** All on unless said otherwise, where the host has them. */
  readonly devices?:
    | {
        readonly rng?: boolean | undefined
        readonly balloon?: boolean | undefined
        readonly agent?: boolean | undefined
        readonly tablet?: boolean | undefined
        readonly keyboard?: boolean | undefined
      }
    | undefined
}

export type Firmware = 'bios' | 'uefi'
export type BootDevice = 'disk' | 'cdrom' | 'network'

/** `portable` moves between hosts of one model; `host` is fastest and stays; `model` names one for a mixed fleet. */
export type CpuPolicy = 'portable' | 'host' | { readonly model: string }

export type DiskBus = 'virtio' | 'scsi' | 'sata' | 'ide' | 'usb'

export type DiskSpec = {
  readonly kind?: 'disk' | 'cdrom' | undefined
  /** The volume's path on the host; only a CD-ROM drive may be empty. */
  readonly path?: string | undefined
  /** Named, never probed: a guest that writes a qcow2 header into a raw disk must stay raw. */
  readonly format: 'qcow2' | 'raw'
  readonly bus?: DiskBus | undefined
  readonly readonly?: boolean | undefined
  /** Up to 20 characters the guest sees as the disk's serial number. */
  readonly serial?: string | undefined
}

export type NicSpec = {
  /** The libvirt network's name. */
  readonly network: string
  readonly mac?: string | undefined
  readonly model?: string | undefined
}

export type KernelSpec = {
  readonly kernel: string
  readonly initrd?: string | undefined
  readonly cmdline?: string | undefined
}

export type GraphicsSpec = {
  /** VNC takes 8 characters and ignores what follows; longer ones are refused. */
  readonly password?: string | undefined
  readonly passwordValidTo?: Date | undefined
}

export type SerialSpec = {
  /** A file on the host in which everything the guest prints is kept, from power-on. */
  readonly log?: string | undefined
}

/** What is known about the host the VM is for. What is missing is assumed absent only where that is the safe side. */
export type HostFacts = {
  readonly capabilities?: CapabilitiesView | undefined
  /** For the spec's arch, machine and virtualization: see `virConnectGetDomainCapabilities`. */
  readonly domainCapabilities?: DomainCapabilitiesView | undefined
  /** libvirt's number of its version: 9.0.0 is 9000000. */
  readonly libvirtVersion?: number | undefined
  /** libvirt's number of QEMU's version: 7.2.0 is 7002000. */
  readonly qemuVersion?: number | undefined
}

/** One choice that the spec left open, for people: `Disk 1 bus` · `virtio` · `Linux has its driver and …`. */
export type Choice = { readonly what: string; readonly value: string; readonly because: string }
