import { randomBytes, randomUUID } from 'node:crypto'

import { DeadlineExceeded, type Connection } from '@floe/libvirt'

import type { VmCreate } from '../../api/resources/vm.ts'
import { messageOf } from '../../base/errors.ts'
import { newId, type VmId } from '../../base/ids.ts'
import { readFreeMemory } from '../host/read-facts.ts'
import { isShared } from '../pool/shared-kinds.ts'
import { volumesNamed, type NamedVolume } from '../pool/volume-store.ts'
import { findVolume, readImageHeader, readSharedSource } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { hostsForOffer, networksForOffer, type HostForOffer } from './offer-store.ts'
import type { Fresh, Offer, OfferedHost, OfferedVolume } from './offer.ts'
import { takenNames } from './vm-store.ts'

/** A person waits for the answer, and one host that hangs must not be what they wait for. */
const deadlineMs = 2000

/** Only the host of an image that was named is asked for it, and nothing can be said without it: that is worth a wait. */
const imageMs = 10_000

/** Reads what a request for a VM can be decided from: inventory rows, free memory, and the headers of the named images.
 *  Asks only hosts that could be chosen, all at once, 2 s each; one that does not answer by then is not offered. */
export async function readOffer(
  world: World,
  body: VmCreate,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<Offer> {
  const [names, hosts, volumes, networks] = await Promise.all([
    takenNames(world.db, body.name),
    readHosts(world, body, scopes),
    readVolumes(world, body, scopes, signal),
    networksForOffer(world.db, scopes),
  ])
  return { takenNames: names, hosts, volumes, networks, ownPool: world.ownPool.name, sampleHere: world.sample.here }
}

export const freshIdentity = (): Fresh => ({
  vm: newId<VmId>(),
  uuid: randomUUID(),
  // 52:54:00 is the range that QEMU's guests use.
  mac: () => `52:54:00:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`,
})

async function readHosts(world: World, body: VmCreate, scopes: readonly string[]): Promise<OfferedHost[]> {
  const rows = await hostsForOffer(world.db, world.ownPool.name, scopes)
  const mayBe = ({ id, name }: HostForOffer): boolean =>
    body.host === undefined || body.host === name || body.host === id
  return Promise.all(rows.filter(mayBe).map((row) => readHost(world, row)))
}

async function readHost(world: World, row: HostForOffer): Promise<OfferedHost> {
  const { facts } = row
  const figure = (name: string): number | null => (typeof facts[name] === 'number' ? facts[name] : null)
  return {
    id: row.id,
    name: row.name,
    ...(await askHost(world, row)),
    kvm: (facts['kvm'] as OfferedHost['kvm'] | undefined) ?? {
      works: false,
      why: 'KVM has not been proved on this host yet',
    },
    cpus: figure('cpus'),
    memoryBytes: figure('memoryBytes'),
    poolFreeBytes: row.available_bytes,
    arch: (facts['arch'] as string | undefined) ?? 'x86_64',
  }
}

/** Whether it answers, and its free memory. */
async function askHost(world: World, row: HostForOffer): Promise<Pick<OfferedHost, 'up' | 'why' | 'freeBytes'>> {
  const link = world.hosts.find(row.id)
  if (row.state !== 'up' || link?.link.state.state !== 'up') return { up: false, freeBytes: null }
  try {
    return { up: true, freeBytes: (await readFreeMemory(link.call, { deadlineMs })) ?? null }
  } catch (error) {
    return {
      up: false,
      why: isLate(error) ? `no answer within ${deadlineMs / 1000} s` : messageOf(error),
      freeBytes: null,
    }
  }
}

const isLate = (error: unknown): boolean =>
  error instanceof DeadlineExceeded || (error instanceof Error && error.name === 'TimeoutError')

async function readVolumes(
  world: World,
  body: VmCreate,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<OfferedVolume[]> {
  const named = [
    ...(body.iso ? [body.iso] : []),
    ...(body.disks ?? []).flatMap((disk) => ('volume' in disk ? [disk] : [])),
  ]
  const volumes = await volumesNamed(world.db, named, scopes)
  return Promise.all(
    volumes.map(async (volume) => {
      const link = world.hosts.find(volume.host)
      const connection = link?.link.connection()
      const isChoice = body.host === undefined || body.host === link?.name || body.host === volume.host
      return connection && isChoice ? { ...volume, ...(await look(connection, link!.name, volume, signal)) } : volume
    }),
  )
}

/** The header of an image and where its bytes are, or why it is not known: without it the image is not used. Throws when nobody waits. */
async function look(
  connection: Connection,
  host: string,
  { pool, poolKind, name }: NamedVolume,
  signal: AbortSignal,
): Promise<Pick<OfferedVolume, 'header' | 'gone' | 'unread' | 'source'>> {
  try {
    const vol = await findVolume(connection.call, pool, name, { deadlineMs: imageMs, signal })
    if (vol === undefined) return { gone: true }
    const source = isShared(poolKind)
      ? await readSharedSource(connection.call, pool, { deadlineMs: imageMs, signal })
      : undefined
    return { header: await readImageHeader(connection, vol, { signal, deadlineMs: imageMs }), source }
  } catch (error) {
    signal.throwIfAborted()
    const why = isLate(error)
      ? `${host} did not send it within ${imageMs / 1000} s`
      : `${host} says "${messageOf(error)}"`
    return { unread: `could not be looked into: ${why}. "virsh vol-info" there tells more; then try again` }
  }
}
