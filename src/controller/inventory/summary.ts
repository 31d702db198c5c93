import type { DiskView, DomainView, NicView } from '../../domain/index.ts'

/** What lists and pages need of a definition without reading XML again: kept with the VM's row as JSON. */
export type Summary = {
  readonly virtualization: string
  readonly arch: string | null
  readonly machine: string | null
  readonly firmware: string | null
  readonly cpu: string | null
  readonly disks: readonly DiskSummary[]
  readonly nics: readonly NicSummary[]
  readonly graphics: readonly { readonly type: string; readonly port: number | null; readonly listen: string | null }[]
  readonly serial: boolean
  /** Files of the host that it boots with: kernel and initial memory disk. */
  readonly boots?: readonly string[]
  /** What it has when it starts next, where that is not what its guest has now. */
  readonly atStart?: Size
  /** The domain carries this copy's marker. */
  readonly marked?: boolean
  /** It was made outside, and this copy's marker was put on it when Floe started it first. */
  readonly adopted?: boolean
  /** How the choices of a VM that Floe made were reached. */
  readonly chosen?: readonly { readonly what: string; readonly value: string; readonly because: string }[]
  /** What was changed outside and not yet looked at. */
  readonly drift?: { readonly revision: number; readonly at: string; readonly title: string } | null
}

export type Size = { readonly memoryMiB: number; readonly vcpus: number }

export type DiskSummary = {
  readonly target: string
  readonly bus: string
  readonly device: string
  readonly source: string | null
  readonly pool: string | null
  readonly volume: string | null
  readonly format: string | null
  readonly readonly: boolean
  /** Only the running guest has it: it was attached without being defined, and goes when the guest ends. */
  readonly live?: true
  /** Paths of the images it rests on, where its document says so. */
  readonly backing?: readonly string[]
}
export type NicSummary = {
  readonly mac: string | null
  readonly model: string | null
  readonly network: string | null
  readonly kind: string
  readonly target: string | null
}

/** The summary of a definition; with what QEMU has now, where that is known and more. */
export function toSummary(view: DomainView, live?: DomainView): Summary {
  return {
    virtualization: view.type ?? 'unknown',
    arch: view.arch ?? null,
    machine: view.machine ?? null,
    firmware: view.firmware
      ? view.firmware.type === 'uefi' && view.firmware.secureBoot
        ? 'uefi, Secure Boot'
        : view.firmware.type
      : null,
    cpu: [view.cpu?.mode, view.cpu?.model].filter(Boolean).join(' ') || null,
    disks: withLive(view.disks.map(toDisk), live?.disks.map(toDisk) ?? []),
    nics: view.nics.map(toNic),
    graphics: view.graphics.map((one) => ({
      type: one.type ?? 'unknown',
      port: one.port ?? null,
      listen: one.listen ?? null,
    })),
    serial: view.serials.length + view.consoles.length > 0,
    ...bootsOf(view),
    ...(live && differs(sizeOf(live), sizeOf(view)) && { atStart: sizeOf(view) }),
  }
}

/** Memory and processors of a domain, as it was defined or as its guest has them. */
export const sizeOf = (view: DomainView): Size => ({ memoryMiB: view.memoryMiB ?? 0, vcpus: view.vcpus?.max ?? 0 })

const differs = (one: Size, other: Size): boolean => one.memoryMiB !== other.memoryMiB || one.vcpus !== other.vcpus

function bootsOf({ kernel }: DomainView): Pick<Summary, 'boots'> {
  const files = kernel ? [kernel.kernel, kernel.initrd].filter((path) => path !== undefined) : []
  return files.length === 0 ? {} : { boots: files }
}

function withLive(defined: readonly DiskSummary[], live: readonly DiskSummary[]): DiskSummary[] {
  const isDefined = (disk: DiskSummary): boolean =>
    defined.some((one) => one.source === disk.source && one.pool === disk.pool && one.volume === disk.volume)
  const more = live.filter((disk) => disk.source !== null && !isDefined(disk))
  return [...defined, ...more.map((disk) => ({ ...disk, live: true as const }))]
}

/** The summary once the guest has ended; nothing where that is the same. */
export function withoutLive(summary: Partial<Summary>): Partial<Summary> | undefined {
  const { atStart, disks = [], ...rest } = summary
  if (atStart === undefined && !disks.some((disk) => disk.live === true)) return undefined
  return { ...rest, disks: disks.filter((disk) => disk.live !== true) }
}

function toDisk(disk: DiskView): DiskSummary {
  const { source } = disk
  const base = {
    target: disk.target ?? '',
    bus: disk.bus ?? '',
    device: disk.device,
    format: disk.format ?? null,
    readonly: disk.readonly,
    pool: null,
    volume: null,
    ...(disk.backing.length > 0 && { backing: disk.backing }),
  }
  if (source === undefined) return { ...base, source: null }
  switch (source.type) {
    case 'file':
    case 'block':
    case 'dir':
      return { ...base, source: source.path }
    case 'volume':
      return { ...base, source: `${source.pool}/${source.volume}`, pool: source.pool, volume: source.volume }
    case 'network':
      return { ...base, source: `${source.protocol}:${source.name ?? ''}` }
    case 'other':
      return { ...base, source: source.kind }
  }
}

function toNic(nic: NicView): NicSummary {
  const { source } = nic
  const base = { mac: nic.mac ?? null, model: nic.model ?? null, target: nic.target ?? null }
  if (source === undefined) return { ...base, kind: 'none', network: null }
  switch (source.type) {
    case 'network':
      return { ...base, kind: 'network', network: source.network }
    case 'bridge':
      return { ...base, kind: 'bridge', network: source.bridge }
    case 'direct':
      return { ...base, kind: 'direct', network: source.device }
    case 'user':
      return { ...base, kind: 'user', network: null }
    case 'other':
      return { ...base, kind: source.kind, network: null }
  }
}
