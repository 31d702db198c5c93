import { sql, type Kysely } from 'kysely'

import type { VmId, VolumeId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { sharedKinds } from './shared-kinds.ts'

/** Who would notice if a volume were written or removed. `writes`: it is a disk of that VM that the guest may write;
 *  `rests`: it is reached over another image that rests on it; `boots`: it is the kernel or the initial memory disk. */
export type VolumeUser =
  | {
      readonly kind: 'vm'
      readonly id: VmId
      readonly name: string
      readonly writes: boolean
      readonly rests: boolean
      readonly boots: boolean
    }
  | { readonly kind: 'image'; readonly id: VolumeId; readonly name: string }

// The same key in a shared pool of the same kind on another host is the same volume.
const shared = sql`(${sql.join(sharedKinds)})`

/** The one answer to "who uses these volumes": VMs with a disk on them, named by path or by pool and volume, as a file of
 *  the host that sees both; VMs whose disk rests on them, by the images' own headers or by the domain; and those images.
 *  One scan of the VMs for all volumes that are asked: 20,000 VMs take 60 ms, so ask for a page of volumes at once. */
export async function usersOfVolumes(
  db: Kysely<Tables>,
  ids: readonly VolumeId[],
): Promise<ReadonlyMap<VolumeId, readonly VolumeUser[]>> {
  if (ids.length === 0) return new Map()
  const answer = await sql<{ asked: VolumeId; user: VolumeUser }>`
    with recursive place (asked, host_id, path, volume_id, rests) as (
      select v.id, other.host_id, coalesce(same.path, same.key), same.id, false
      from volume v join pool p on p.id = v.pool_id
        join volume same on same.key = v.key
        join pool other on other.id = same.pool_id and (other.host_id = p.host_id or (p.kind in ${shared} and other.kind = p.kind))
      where v.id = any (${[...ids]}::uuid[])
      union
      select place.asked, place.host_id, coalesce(upper.path, upper.key), upper.id, true
      from place join pool p on p.host_id = place.host_id join volume upper on upper.pool_id = p.id and upper.backing = place.path
    ),
    disk as (
      select vm.id, vm.name, s.host_id, coalesce(v.path, v.key, d ->> 'source') as path, d -> 'backing' as backing,
        d ->> 'device' in ('disk', 'lun') and d ->> 'readonly' <> 'true' as writes, false as boots
      from vm join sighting s on s.vm_id = vm.id cross join jsonb_array_elements(vm.summary -> 'disks') d
        left join pool p on p.host_id = s.host_id and p.name = d ->> 'pool'
        left join volume v on v.pool_id = p.id and v.name = d ->> 'volume'
      where vm.gone_at is null
      union all
      select vm.id, vm.name, s.host_id, file, null, false, true
      from vm join sighting s on s.vm_id = vm.id cross join jsonb_array_elements_text(vm.summary -> 'boots') file
      where vm.gone_at is null
    )
    select asked, used.user from (
    select place.asked, jsonb_build_object('kind', 'vm', 'id', disk.id, 'name', disk.name,
      'writes', bool_or(disk.writes and disk.path = place.path and not rests), 'rests', bool_and(rests or disk.path <> place.path),
      'boots', bool_and(disk.boots)) as user
    from place join disk on disk.host_id = place.host_id and (disk.path = place.path or disk.backing ? place.path)
    group by place.asked, disk.id, disk.name
    union
    select place.asked, jsonb_build_object('kind', 'image', 'id', upper.id, 'name', upper.name)
    from place join volume upper on upper.id = place.volume_id where rests
    ) used order by used.user ->> 'name'`.execute(db)
  const users = new Map<VolumeId, VolumeUser[]>(ids.map((id) => [id, []]))
  for (const { asked, user } of answer.rows) users.get(asked)!.push(user)
  return users
}

/** What a volume is to its users, completing "NAME is already ...": the disk of wiki; nothing where it has none. */
export function useInWords(users: readonly VolumeUser[]): string | undefined {
  const vms = users.filter((one) => one.kind === 'vm')
  const parts = [
    ['what boots', vms.filter((one) => one.boots)],
    ['the disk of', vms.filter((one) => !one.boots && !one.rests)],
    ['part of the disk of', vms.filter((one) => !one.boots && one.rests)],
    ['what other images rest on:', users.filter((one) => one.kind === 'image')],
  ] as const
  const words = parts.flatMap(([what, of]) =>
    of.length === 0 ? [] : [`${what} ${of.map((one) => one.name.slice(0, 80)).join(', ')}`],
  )
  return words.length === 0 ? undefined : words.join(' and ')
}
