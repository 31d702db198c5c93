import type { ErrorCode } from '../../api/index.ts'
import type { VmCreate } from '../../api/resources/vm.ts'
import type { HostId, VmId, VolumeId } from '../../base/ids.ts'
import { formatBytes, GiB, MiB } from '../../base/units.ts'
import { vmNameProblem } from '../../domain/index.ts'
import { imageProblem, type ImageHeader } from '../../images/header.ts'

/** What there is to choose from: rows of the inventory, and the headers of the images that were named. */
export type Offer = {
  readonly takenNames: ReadonlySet<string>
  readonly hosts: readonly OfferedHost[]
  readonly volumes: readonly OfferedVolume[]
  readonly networks: readonly { readonly host: HostId; readonly name: string; readonly active: boolean }[]
  readonly ownPool: string
  readonly sampleHere: boolean
}
export type OfferedHost = {
  readonly id: HostId
  readonly name: string
  readonly up: boolean
  readonly kvm: { readonly works: boolean; readonly why: string }
  readonly freeBytes: number | null
  readonly poolFreeBytes: number | null
  readonly arch: string
}
export type OfferedVolume = {
  readonly id: VolumeId
  readonly host: HostId
  readonly pool: string
  readonly name: string
  readonly path: string
  readonly format: string | null
  readonly kind: string
  readonly usedBy: readonly string[]
  readonly header?: ImageHeader | undefined
}

export type PlannedDisk =
  | { readonly kind: 'new'; readonly format: 'qcow2' | 'raw'; readonly sizeBytes: number }
  | {
      readonly kind: 'existing'
      readonly device: 'disk' | 'cdrom'
      readonly volume: VolumeId
      readonly pool: string
      readonly name: string
      readonly path: string
      readonly format: 'qcow2' | 'raw'
    }

/** Everything decided about a VM before anything is made. */
export type CreatePlan = {
  readonly vm: VmId
  readonly uuid: string
  readonly name: string
  readonly host: HostId
  readonly hostName: string
  readonly sample: boolean
  readonly memoryMiB: number
  readonly vcpus: number
  readonly virtualization: 'kvm' | 'qemu'
  readonly firmware: 'bios' | 'uefi' | null
  readonly disks: readonly PlannedDisk[]
  readonly nics: readonly { readonly network: string; readonly mac: string }[]
  readonly notes: string
  readonly tags: readonly string[]
  readonly start: boolean
  readonly scopes: readonly string[]
  readonly chosen: readonly Choice[]
}
type Choice = { readonly what: string; readonly value: string; readonly because: string }
export type PlanObstacle = {
  readonly code: ErrorCode
  readonly field: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/** New identities for a plan: from a random source at the edge. */
export type Fresh = { readonly vm: VmId; readonly uuid: string; mac(): string }

const sampleMiB = 256
const usualMiB = 2048

/** Decides a VM from a request and what there is, or says everything that stands in the way. Pure. */
export function planVm(
  body: VmCreate,
  offer: Offer,
  fresh: Fresh,
  scopes: readonly string[],
): {
  readonly plan: CreatePlan | undefined
  readonly obstacles: readonly PlanObstacle[]
  readonly chosen: readonly Choice[]
} {
  const obstacles: PlanObstacle[] = []
  const chosen: Choice[] = []
  const stop = (code: ErrorCode, field: string | null, details: Record<string, unknown>): void =>
    void obstacles.push({ code, field, details })

  const problem = vmNameProblem(body.name)
  if (problem !== undefined) stop('name_refused', 'name', { name: body.name.slice(0, 80), why: problem })
  else if (offer.takenNames.has(body.name))
    stop('name_taken', 'name', { name: body.name, free: freeName(body.name, offer.takenNames) })

  const host = chooseHost(body, offer, chosen, stop)
  const sample = body.from === 'sample'
  if (sample && !offer.sampleHere) stop('no_sample', 'from', {})
  const memoryMiB = body.memoryMiB ?? (sample ? sampleMiB : usualMiB)
  if (body.memoryMiB === undefined)
    chosen.push({
      what: 'Memory',
      value: `${memoryMiB} MiB`,
      because: sample ? 'the sample guest lives in it whole' : 'enough for most systems to install and run',
    })
  const vcpus = body.vcpus ?? (sample ? 1 : 2)
  if (body.vcpus === undefined)
    chosen.push({
      what: 'vCPUs',
      value: String(vcpus),
      because: sample ? 'the sample guest does little' : 'one for the system, one for what runs on it',
    })
  if (host?.freeBytes != null && body.start === true && memoryMiB * MiB > host.freeBytes)
    stop('no_memory', 'memoryMiB', {
      host: host.name,
      vm: body.name,
      free: formatBytes(host.freeBytes),
      needed: formatBytes(memoryMiB * MiB),
    })

  const disks = host ? chooseDisks(body, offer, host, chosen, stop) : []
  const nics = host
    ? chooseNetworks(body, offer, host, chosen, stop).map((network) => ({ network, mac: fresh.mac() }))
    : []
  if (obstacles.length > 0 || host === undefined) return { plan: undefined, obstacles, chosen }
  const plan: CreatePlan = {
    vm: fresh.vm,
    uuid: fresh.uuid,
    name: body.name,
    host: host.id,
    hostName: host.name,
    sample,
    memoryMiB,
    vcpus,
    virtualization: host.kvm.works ? 'kvm' : 'qemu',
    firmware: body.firmware ?? null,
    disks,
    nics,
    notes: body.notes ?? '',
    tags: body.tags ?? [],
    start: body.start ?? false,
    scopes,
    chosen,
  }
  return { plan, obstacles, chosen }
}

type Stop = (code: ErrorCode, field: string | null, details: Record<string, unknown>) => void

/** `welcome` → `welcome-2`: the first that is free. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) if (!taken.has(`${name}-${n}`)) return `${name}-${n}`
}

function chooseHost(body: VmCreate, offer: Offer, chosen: Choice[], stop: Stop): OfferedHost | undefined {
  const host = body.host === undefined ? bestHost(body, offer, chosen, stop) : namedHost(body.host, offer, stop)
  if (host)
    chosen.push({ what: 'Virtualization', value: host.kvm.works ? 'KVM' : 'software (TCG)', because: host.kvm.why })
  return host
}

function namedHost(name: string, offer: Offer, stop: Stop): OfferedHost | undefined {
  const host = offer.hosts.find((one) => one.name === name || one.id === name)
  if (host === undefined) stop('not_found', 'host', { kind: 'host', name: name.slice(0, 80) })
  else if (!host.up) stop('host_unreachable', 'host', { host: host.name, why: 'it is not connected' })
  return host?.up ? host : undefined
}

/** Most free memory among those that have every image and network that was named; among all when none has. */
function bestHost(body: VmCreate, offer: Offer, chosen: Choice[], stop: Stop): OfferedHost | undefined {
  const images = [...(body.iso ? [body.iso] : []), ...(body.disks ?? []).filter((disk) => 'volume' in disk)]
  const has = ({ id }: OfferedHost): boolean =>
    images.every((image) =>
      offer.volumes.some((one) => one.host === id && one.pool === image.pool && one.name === image.volume),
    ) && (body.networks ?? []).every((name) => offer.networks.some((one) => one.host === id && one.name === name))
  const up = offer.hosts.filter((one) => one.up).toSorted((a, b) => (b.freeBytes ?? 0) - (a.freeBytes ?? 0))
  const fit = up.filter(has)
  const best = fit[0] ?? up[0]
  if (best === undefined) {
    stop('no_host', 'host', {})
    return undefined
  }
  const because =
    up.length === 1
      ? 'it is the only one connected'
      : fit.length === 1
        ? 'it is the only one connected that has what was named'
        : `most free memory: ${formatBytes(best.freeBytes ?? 0)}`
  chosen.push({ what: 'Host', value: best.name, because })
  return best
}

function chooseDisks(body: VmCreate, offer: Offer, host: OfferedHost, chosen: Choice[], stop: Stop): PlannedDisk[] {
  const disks: PlannedDisk[] = []
  for (const [i, wish] of (body.disks ?? []).entries()) {
    if ('volume' in wish) {
      const found = useVolume(wish, wish.device ?? 'disk', `disks.${i}`, offer, host, stop)
      if (found) disks.push(found)
    } else {
      if (wish.pool !== undefined && wish.pool !== offer.ownPool)
        stop('not_valid', `disks.${i}.pool`, {
          field: `disks.${i}.pool`,
          why: `must be ${offer.ownPool}: Floe makes disks in its own pool only`,
        })
      disks.push({
        kind: 'new',
        format: wish.format ?? 'qcow2',
        sizeBytes: Math.ceil((wish.sizeGiB * GiB) / 65_536) * 65_536,
      })
    }
  }
  if (body.from === 'iso') {
    if (body.iso === undefined) stop('not_valid', 'iso', { field: 'iso', why: 'is missing; choose an ISO image' })
    else {
      const iso = useVolume(body.iso, 'cdrom', 'iso', offer, host, stop)
      if (iso) disks.push(iso)
    }
    if (body.disks === undefined) {
      disks.unshift({ kind: 'new', format: 'qcow2', sizeBytes: 20 * GiB })
      chosen.push({
        what: 'Disk',
        value: '20 GiB, qcow2',
        because: 'room to install a system; it takes only what is written',
      })
    }
  }
  if (body.from === 'disk' && !disks.some((disk) => disk.kind === 'existing' && disk.device === 'disk')) {
    if (!(body.disks ?? []).some((wish) => 'volume' in wish))
      stop('not_valid', 'disks', { field: 'disks', why: 'must name an existing volume to boot from' })
  }
  const needed = disks.reduce(
    (sum, disk) => sum + (disk.kind === 'new' && disk.format === 'raw' ? disk.sizeBytes : 0),
    0,
  )
  if (host.poolFreeBytes !== null && needed > host.poolFreeBytes)
    stop('pool_full', 'disks', {
      pool: offer.ownPool,
      free: formatBytes(host.poolFreeBytes),
      needed: formatBytes(needed),
    })
  return disks
}

function useVolume(
  wish: { readonly pool: string; readonly volume: string },
  device: 'disk' | 'cdrom',
  field: string,
  offer: Offer,
  host: OfferedHost,
  stop: Stop,
): PlannedDisk | undefined {
  const volume = offer.volumes.find((one) => one.host === host.id && one.pool === wish.pool && one.name === wish.volume)
  if (volume === undefined) {
    stop('image_missing', field, { name: wish.volume.slice(0, 80), pool: wish.pool.slice(0, 80), host: host.name })
    return undefined
  }
  const said = device === 'cdrom' ? 'iso' : volume.format === 'qcow2' ? 'qcow2' : 'raw'
  const wrong = volume.header && imageProblem(volume.header, said)
  if (wrong?.code === 'image_format')
    stop('image_format', field, {
      name: volume.name,
      found: wrong.why,
      said: device === 'cdrom' ? 'an ISO image' : said,
    })
  else if (wrong) stop('image_refused', field, { name: volume.name, why: wrong.why })
  if (device === 'disk' && volume.usedBy.length > 0)
    stop('image_in_use', field, { name: volume.name, vm: volume.usedBy[0] })
  return {
    kind: 'existing',
    device,
    volume: volume.id,
    pool: volume.pool,
    name: volume.name,
    path: volume.path,
    format: said === 'qcow2' ? 'qcow2' : 'raw',
  }
}

function chooseNetworks(
  body: VmCreate,
  offer: Offer,
  host: OfferedHost,
  chosen: Choice[],
  stop: Stop,
): readonly string[] {
  const here = offer.networks.filter((one) => one.host === host.id)
  if (body.networks !== undefined) {
    for (const [i, name] of body.networks.entries()) {
      const network = here.find((one) => one.name === name)
      if (network === undefined)
        stop('network_missing', `networks.${i}`, {
          name: name.slice(0, 80),
          host: host.name,
          names: here.length > 0 ? here.map((one) => one.name) : 'none',
        })
      else if (!network.active && body.start === true)
        stop('network_off', `networks.${i}`, { network: name, name, host: host.name })
    }
    return body.networks
  }
  const usable = here.find((one) => one.active && one.name === 'default') ?? here.find((one) => one.active)
  if (usable) chosen.push({ what: 'Network', value: usable.name, because: 'it is on, so the VM gets an address' })
  else
    chosen.push({
      what: 'Network',
      value: 'none',
      because: here.length === 0 ? `${host.name} has no network` : `no network of ${host.name} is on`,
    })
  return usable ? [usable.name] : []
}
