import type { Kysely } from 'kysely'

import type { VmId } from '../../base/ids.ts'
import type { Row, Tables } from '../../db/tables.ts'
import type { News } from './decide.ts'
import type { HeldBy, Known, KnownVm, Place } from './known.ts'

/** What is known of the domains a batch speaks of, by their UUID. VM rows are locked: two hosts may report one VM. */
export async function loadKnown(trx: Kysely<Tables>, place: Place, news: readonly News[]): Promise<Map<string, Known>> {
  const uuids = news.map((one) => one.uuid)
  const sightings =
    uuids.length === 0
      ? []
      : await trx
          .selectFrom('sighting')
          .selectAll()
          .where('host_id', '=', place.host)
          .where('uuid', 'in', uuids)
          .execute()
  const sightingOf = new Map(sightings.map((row) => [row.uuid, row]))
  const marked = new Map(
    news.flatMap((one) =>
      typeof one.seen === 'object' && one.seen.marker?.floe === place.copy && !sightingOf.has(one.uuid)
        ? [[one.uuid, one.seen.marker.id as VmId] as const]
        : [],
    ),
  )
  const firstWith = new Map([...marked].toReversed().map(([uuid, id]) => [id, uuid]))
  const ids = [...new Set([...sightings.map((row) => row.vm_id), ...marked.values()])].sort()

  const vms =
    ids.length === 0
      ? []
      : await trx
          .selectFrom('vm')
          .select([
            'id',
            'name',
            'title',
            'memory_mib',
            'vcpus',
            'made_by',
            'owner_copy',
            'summary',
            'definition_hash',
            'scopes',
            'gone_at',
          ])
          .where('id', 'in', ids)
          .orderBy('id')
          .forUpdate()
          .execute()
  const everywhere =
    ids.length === 0
      ? []
      : await trx.selectFrom('sighting').select(['host_id', 'uuid', 'vm_id']).where('vm_id', 'in', ids).execute()
  const vmOf = new Map(vms.map((row) => [row.id, row]))
  const locks = await loadLocks(trx, ids)
  const xml = await loadDefinitions(trx, news, sightingOf)

  return new Map(
    news.map(({ uuid }) => {
      const sighting = sightingOf.get(uuid)
      const id = sighting?.vm_id ?? marked.get(uuid)
      const elsewhere = everywhere
        .filter((row) => row.vm_id === id && !(row.host_id === place.host && row.uuid === uuid))
        .map((row) => ({ host: row.host_id, uuid: row.uuid }))
      // Two domains with one marker that come into sight together: the first keeps it.
      const copied =
        sighting === undefined &&
        (elsewhere.some((row) => row.uuid !== uuid) || (id !== undefined && firstWith.get(id) !== uuid))
      const row = id === undefined || copied ? undefined : vmOf.get(id)
      const vm: KnownVm | undefined = row && { ...row, elsewhere }
      const definitionXml = sighting?.definition_hash ? xml.get(sighting.definition_hash) : undefined
      return [
        uuid,
        {
          sighting,
          vm,
          definitionXml,
          lock: copied || id === undefined ? undefined : locks.get(id),
          markerCopied: copied,
        },
      ]
    }),
  )
}

async function loadLocks(trx: Kysely<Tables>, ids: readonly VmId[]): Promise<Map<string, HeldBy>> {
  if (ids.length === 0) return new Map()
  const rows = await trx
    .selectFrom('lock')
    .innerJoin('task', 'task.id', 'lock.task_id')
    .select(['lock.object_id', 'task.id', 'task.by_name', 'task.by_user'])
    .where('lock.object_kind', '=', 'vm')
    .where('lock.object_id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.object_id, { task: row.id, by: row.by_name, person: row.by_name !== 'floe' }]))
}

// Only where the definition differs: most batches are starts and stops, which need none.
async function loadDefinitions(
  trx: Kysely<Tables>,
  news: readonly News[],
  sightingOf: ReadonlyMap<string, Row<'sighting'>>,
): Promise<Map<string, string>> {
  const hashes = news.flatMap(({ uuid, seen }) => {
    const was = sightingOf.get(uuid)?.definition_hash
    return typeof seen === 'object' && was && was !== seen.definition.hash ? [was] : []
  })
  if (hashes.length === 0) return new Map()
  const rows = await trx.selectFrom('definition').select(['hash', 'xml']).where('hash', 'in', hashes).execute()
  return new Map(rows.map((row) => [row.hash, row.xml]))
}
