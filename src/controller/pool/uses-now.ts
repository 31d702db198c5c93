import { flags, LibvirtError, type Api, type Dom } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import type { VmId, VolumeId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { parseDomain, type DiskView } from '../../domain/index.ts'
import { usersOfVolumes, useInWords, type VolumeUser } from './volume-users.ts'

type File = { readonly id: VolumeId; readonly pool: string; readonly name: string; readonly path: string }
type Running = { readonly uuid: string; readonly name: string; readonly disks: readonly DiskView[] }

/** Who uses these volumes at this moment, completing "it is ..."; asked right before they are removed. The inventory
 *  knows what is defined and what was announced; the host is asked for the disks of all that runs there, because a disk
 *  may have been attached to a running guest a moment ago. `except`: the VM whose own they were. Throws what the calls
 *  throw: of a host that does not answer nothing is removed. One call for each running domain. */
export async function usesNow(
  { db, call }: { readonly db: Kysely<Tables>; readonly call: Api },
  volumes: readonly File[],
  except?: { readonly vm: VmId; readonly uuid: string },
): Promise<ReadonlyMap<VolumeId, string>> {
  if (volumes.length === 0) return new Map()
  const running = (await readRunning(call)).filter((one) => one.uuid !== except?.uuid)
  const known = await usersOfVolumes(
    db,
    volumes.map((one) => one.id),
  )
  const uses = volumes.flatMap((volume): [VolumeId, string][] => {
    const told = (known.get(volume.id) ?? []).filter((one) => one.id !== except?.vm)
    const untold = running.filter(
      ({ name, disks }) => !told.some((one) => one.name === name) && disks.some((disk) => isOn(disk, volume)),
    )
    const words = useInWords([...told, ...untold.map(toUser)])
    return words === undefined ? [] : [[volume.id, words]]
  })
  return new Map(uses)
}

const toUser = ({ uuid, name }: Running): VolumeUser => ({
  kind: 'vm',
  id: uuid as VmId,
  name,
  writes: true,
  rests: false,
  boots: false,
})

function isOn({ source, backing }: DiskView, { pool, name, path }: File): boolean {
  if (backing.includes(path)) return true
  if (source?.type === 'volume') return source.pool === pool && source.volume === name
  return (source?.type === 'file' || source?.type === 'block') && source.path === path
}

async function readRunning(call: Api): Promise<Running[]> {
  const { active } = flags.domainList
  const { domains } = await call.connectListAllDomains({ flags: active }, { deadlineMs: 30_000 })
  const read = await Promise.all(domains.map((dom) => readDisks(call, dom)))
  return read.filter((one) => one !== undefined)
}

async function readDisks(call: Api, dom: Dom): Promise<Running | undefined> {
  try {
    const { xml } = await call.domainGetXmlDesc({ dom }, { deadlineMs: 10_000 })
    return { uuid: dom.uuid, name: dom.name, disks: parseDomain(xml).disks }
  } catch (error) {
    if (error instanceof LibvirtError && error.code === 'NO_DOMAIN') return undefined
    throw error
  }
}
