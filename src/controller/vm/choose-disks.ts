import type { VmCreate } from '../../api/resources/vm.ts'
import type { VolumeId } from '../../base/ids.ts'
import { formatBytes, GiB } from '../../base/units.ts'
import { imageProblem } from '../../images/header.ts'
import { isPoolOfFloe } from '../pool/pool-of-floe.ts'
import { useInWords, type VolumeUser } from '../pool/volume-users.ts'
import type { Findings, Offer, OfferedHost, OfferedVolume } from './offer.ts'

export type PlannedDisk =
  | { readonly kind: 'new'; readonly format: 'qcow2' | 'raw'; readonly sizeBytes: number }
  | {
      readonly kind: 'existing'
      readonly device: 'disk' | 'cdrom'
      readonly volume: VolumeId
      readonly pool: string
      readonly name: string
      readonly path: string
      /** Where the bytes of its pool are, when they are not the host's own. */
      readonly source?: string
      readonly format: 'qcow2' | 'raw'
    }

type Wish = NonNullable<VmCreate['disks']>[number]
type Existing = Extract<Wish, { readonly volume: string }>
type Where = { readonly offer: Offer; readonly host: OfferedHost; readonly findings: Findings }

/** QEMU's default cluster: images are whole ones. */
const clusterBytes = 65_536

/** The disks of a new VM in the guest's order. */
export function chooseDisks(body: VmCreate, where: Where): PlannedDisk[] {
  const wishes = body.disks ?? []
  const disks = wishes.flatMap((wish, i) => {
    const disk = 'volume' in wish ? useDisk(wish, `disks.${i}`, where) : newDisk(wish, `disks.${i}`, where)
    return disk ? [disk] : []
  })
  if (body.from === 'iso') disks.push(...installFrom(body, where))
  if (body.from === 'iso' && body.disks === undefined) {
    disks.unshift({ kind: 'new', format: 'qcow2', sizeBytes: 20 * GiB })
    where.findings.choose('Disk', '20 GiB, qcow2', 'room to install a system; it takes only what is written')
  }
  if (body.from === 'disk' && !wishes.some((wish) => 'volume' in wish && wish.device !== 'cdrom'))
    where.findings.refuse('disks', 'must name an existing volume to boot from')
  checkTwice(disks, where.findings)
  checkRoom(disks, where)
  return disks
}

function checkTwice(disks: readonly PlannedDisk[], findings: Findings): void {
  const paths = disks.flatMap((disk) => (disk.kind === 'existing' ? [disk.path] : []))
  const twice = paths.find((path, i) => paths.indexOf(path) !== i)
  if (twice !== undefined) findings.refuse('disks', `names ${twice} twice; two writers would destroy it`)
}

function newDisk(wish: Exclude<Wish, Existing>, field: string, { offer, findings }: Where): PlannedDisk {
  if (wish.pool !== undefined && wish.pool !== offer.ownPool)
    findings.refuse(`${field}.pool`, `must be ${offer.ownPool}: Floe makes disks in its own pool only`)
  const sizeBytes = Math.ceil((wish.sizeGiB * GiB) / clusterBytes) * clusterBytes
  return { kind: 'new', format: wish.format ?? 'qcow2', sizeBytes }
}

const useDisk = (wish: Existing, field: string, where: Where): PlannedDisk | undefined =>
  useVolume(wish, wish.device ?? 'disk', field, where)

function installFrom({ iso }: VmCreate, where: Where): PlannedDisk[] {
  if (iso === undefined) where.findings.refuse('iso', 'is missing; choose an ISO image')
  const drive = iso && useVolume(iso, 'cdrom', 'iso', where)
  return drive ? [drive] : []
}

function useVolume(
  wish: { readonly pool: string; readonly volume: string },
  device: 'disk' | 'cdrom',
  field: string,
  where: Where,
): PlannedDisk | undefined {
  const { offer, host, findings } = where
  const volume = offer.volumes.find((one) => one.host === host.id && one.pool === wish.pool && one.name === wish.volume)
  if (volume === undefined || volume.gone === true) {
    const [name, pool] = [wish.volume.slice(0, 80), wish.pool.slice(0, 80)]
    findings.stop('image_missing', field, { name, pool, host: host.name })
    return undefined
  }
  const said = device === 'cdrom' ? 'iso' : volume.format === 'qcow2' ? 'qcow2' : 'raw'
  checkImage(volume, said, field, findings)
  if (device === 'disk') checkWritable(volume, field, where)
  const use = useInWords(usersInTheWay(volume.users, device))
  if (use !== undefined) findings.stop('image_in_use', field, { name: volume.name, use })
  const { id, pool, name, path, source } = volume
  const format = said === 'qcow2' ? 'qcow2' : 'raw'
  return { kind: 'existing', device, volume: id, pool, name, path, ...(source !== undefined && { source }), format }
}

/** A disk is written, so nobody else may use it; a drive only reads, so nobody else may write it. */
export const usersInTheWay = (users: readonly VolumeUser[], device: 'disk' | 'cdrom'): readonly VolumeUser[] =>
  device === 'disk' ? users : users.filter((one) => one.kind === 'vm' && one.writes)

/** What belongs to Floe itself, or to another Floe, is never given to a guest that could write it. */
function checkWritable({ name, kind, pool }: OfferedVolume, field: string, { offer, findings }: Where): void {
  if (kind === 'other')
    findings.stop('image_refused', field, { name, why: 'it is no disk: the sample guests of Floe boot with it' })
  else if (pool !== offer.ownPool && isPoolOfFloe(pool))
    findings.stop('image_refused', field, {
      name,
      why: `it lies in ${pool}, the pool of another Floe. Copy it to a pool of your own first`,
    })
}

/** An image is used as what its header says it is; one whose header could not be read is not used. */
function checkImage(volume: OfferedVolume, said: 'iso' | 'qcow2' | 'raw', field: string, findings: Findings): void {
  const { name, header, unread } = volume
  if (unread !== undefined) findings.stop('image_refused', field, { name, why: `it ${unread}` })
  const wrong = header && imageProblem(header, said)
  if (wrong?.code === 'image_format')
    findings.stop('image_format', field, { name, found: wrong.why, said: said === 'iso' ? 'an ISO image' : said })
  else if (wrong) findings.stop('image_refused', field, { name, why: wrong.why })
}

/** A raw disk takes all its bytes at once, the others take what is written: those are told when they cannot grow to
 *  what the guest believes it has. */
function checkRoom(disks: readonly PlannedDisk[], { offer, host, findings }: Where): void {
  if (host.poolFreeBytes === null) return
  const sum = (format: 'qcow2' | 'raw'): number =>
    disks.reduce((bytes, disk) => bytes + (disk.kind === 'new' && disk.format === format ? disk.sizeBytes : 0), 0)
  const [raw, all] = [sum('raw'), sum('raw') + sum('qcow2')]
  const free = formatBytes(host.poolFreeBytes)
  if (raw > host.poolFreeBytes)
    findings.stop('pool_full', 'disks', { pool: offer.ownPool, free, needed: formatBytes(raw) })
  else if (all > host.poolFreeBytes)
    findings.warn(
      'disks',
      `The pool ${offer.ownPool} on ${host.name} has ${free} free, the new disks may grow to ${formatBytes(all)}. The guest stands still when the pool is full.`,
    )
}
