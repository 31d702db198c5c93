import type { Api, Pool, Vol } from '@floe/libvirt'
import { ConnectionLost, LibvirtError } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import { newId, type VolumeId } from '../../base/ids.ts'
import { storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import { parsePool, parseVolume, type VolumeView } from '../../domain/index.ts'
import type { Place } from '../inventory/known.ts'
import { syncObjects } from '../inventory/sync-objects.ts'
import { writePools, type SeenPool, type SeenVolume } from './seen-pool-store.ts'

const kind = {
  noun: 'pool',
  write: writePools,
  stateTitle: (state: string) => (state === 'running' ? 'Started' : `Is ${state}`),
} as const

/** Reads a host's pools and volumes and writes what differs. libvirt's own pools are only read, never refreshed: that
 *  would open every image in them. */
export async function syncPools(db: Kysely<Tables>, call: Api, place: Place): Promise<void> {
  const { pools } = await call.connectListAllStoragePools({}, { deadlineMs: 30_000 })
  const seen = await Promise.all(pools.map((pool) => readPool(call, pool)))
  await syncObjects(
    db,
    place,
    kind,
    seen.filter((one) => one !== undefined),
  )
}

// Between the list and the look a pool or volume may go: what is gone is not an error.
const unlessGone = (error: unknown): undefined => {
  if (error instanceof LibvirtError && ['NO_STORAGE_POOL', 'NO_STORAGE_VOL', 'OPERATION_INVALID'].includes(error.code))
    return undefined
  throw error
}

async function readPool(call: Api, pool: Pool): Promise<SeenPool | undefined> {
  try {
    const [info, { xml }, { autostart }] = await Promise.all([
      call.storagePoolGetInfo({ pool }),
      call.storagePoolGetXmlDesc({ pool }),
      call.storagePoolGetAutostart({ pool }),
    ])
    const view = parsePool(xml)
    return {
      uuid: pool.uuid,
      name: storable(pool.name),
      kind: view.type ?? 'unknown',
      state: info.state,
      path: view.path ?? null,
      capacity: Number(info.capacity),
      allocation: Number(info.allocation),
      available: Number(info.available),
      autostart,
      volumes: info.state === 'running' ? await readVolumes(call, pool) : [],
    }
  } catch (error) {
    return unlessGone(error)
  }
}

const unread: Pick<VolumeView, 'path' | 'format' | 'capacityBytes' | 'allocationBytes' | 'backing'> = {
  path: undefined,
  format: undefined,
  capacityBytes: undefined,
  allocationBytes: undefined,
  backing: undefined,
}

/** What libvirt says of a volume; nothing when it is gone. One that libvirt cannot read is listed by its name alone. */
async function readVolume(call: Api, vol: Vol): Promise<typeof unread | undefined> {
  try {
    const answer = await call.storageVolGetXmlDesc({ vol }).catch(unlessGone)
    return answer && parseVolume(answer.xml)
  } catch (error) {
    if (error instanceof ConnectionLost) throw error
    return unread
  }
}

async function readVolumes(call: Api, pool: Pool): Promise<SeenVolume[]> {
  const { volumes } = (await call.storagePoolListAllVolumes({ pool }).catch(unlessGone)) ?? { volumes: [] }
  const seen = await Promise.all(
    volumes.map(async (vol) => {
      const view = await readVolume(call, vol)
      if (view === undefined) return undefined
      const format = view.format ?? null
      return {
        id: newId<VolumeId>(),
        name: vol.name,
        key: vol.key,
        path: view.path ?? null,
        kind: kindOf(vol.name, format),
        format,
        capacity: view.capacityBytes ?? 0,
        allocation: view.allocationBytes ?? 0,
        backing: view.backing?.path ?? null,
      }
    }),
  )
  return seen.filter((one) => one !== undefined)
}

/** libvirt calls an ISO image "iso" where it recognises one; where it says raw the name tells. */
export function kindOf(name: string, format: string | null): 'disk' | 'iso' | 'other' {
  if (format === 'iso' || /\.iso$/i.test(name)) return 'iso'
  if (format === 'dir' || name.startsWith('floe-sample-')) return 'other'
  return 'disk'
}
