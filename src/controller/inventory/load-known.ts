import type { Kysely } from 'kysely'

import type { VmId } from '../../base/ids.ts'
import type { Row, Tables } from '../../db/tables.ts'
import type { Definition, Elsewhere, HeldBy, Known, KnownVm, Place } from './known.ts'
import type { News } from './news.ts'

/** What is known of the domains a batch speaks of, by their UUID. VM rows are locked: two hosts may report one VM. */
export async function loadKnown(trx: Kysely<Tables>, place: Place, news: readonly News[]): Promise<Map<string, Known>> {
  const mine = await loadSightings(trx, place, news)
  const marked = believedMarkers(news, mine, place)
  const ids = [...new Set([...[...mine.values()].map((row) => row.vm_id), ...marked.values()])].sort()
  const vms = await loadVms(trx, ids)
  const all = await loadEverywhere(trx, ids)
  const locks = await loadLocks(trx, ids)
  const others = all.filter((row) => !(row.host_id === place.host && mine.has(row.uuid)))
  const definitions = await loadDefinitions(trx, neededDefinitions(news, mine, others))

  const firstWith = new Map([...marked].toReversed().map(([uuid, id]) => [id, uuid]))
  return new Map(
    news.map(({ uuid }): [string, Known] => {
      const sighting = mine.get(uuid)
      const id = sighting?.vm_id ?? marked.get(uuid)
      const elsewhere = others.filter((row) => row.vm_id === id).map((row) => toElsewhere(row, definitions))
      // Two domains with one marker that come into sight together: the first keeps it.
      const markerCopied =
        sighting === undefined &&
        (elsewhere.some((row) => row.uuid !== uuid) || (id !== undefined && firstWith.get(id) !== uuid))
      const row = id === undefined || markerCopied ? undefined : vms.get(id)
      const vm: KnownVm | undefined = row && { ...row, elsewhere }
      const definition = definitionOf(sighting, definitions)
      const lock = markerCopied || id === undefined ? undefined : locks.get(id)
      return [uuid, { sighting, vm, definition, lock, markerCopied }]
    }),
  )
}

type SightingRow = Row<'sighting'>
type Sightings = ReadonlyMap<string, SightingRow>

async function loadSightings(trx: Kysely<Tables>, place: Place, news: readonly News[]): Promise<Sightings> {
  const uuids = news.map((one) => one.uuid)
  if (uuids.length === 0) return new Map()
  const mine = trx.selectFrom('sighting').selectAll().where('host_id', '=', place.host)
  return new Map((await mine.where('uuid', 'in', uuids).execute()).map((row) => [row.uuid, row]))
}

/** Of domains that come into sight: the VM that this copy's marker names. */
const believedMarkers = (news: readonly News[], mine: Sightings, place: Place): ReadonlyMap<string, VmId> =>
  new Map(
    news.flatMap((one) =>
      typeof one.seen === 'object' && one.seen.marker?.floe === place.copy && !mine.has(one.uuid)
        ? [[one.uuid, one.seen.marker.id as VmId] as const]
        : [],
    ),
  )

async function loadVms(trx: Kysely<Tables>, ids: readonly VmId[]): Promise<Map<VmId, Omit<KnownVm, 'elsewhere'>>> {
  if (ids.length === 0) return new Map()
  const rows = await trx
    .selectFrom('vm')
    .select(['id', 'name', 'title', 'memory_mib', 'vcpus', 'owner_copy', 'summary', 'definition_hash'])
    .select('scopes')
    .where('id', 'in', ids)
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

const loadEverywhere = (trx: Kysely<Tables>, ids: readonly VmId[]): Promise<SightingRow[]> =>
  ids.length === 0 ? Promise.resolve([]) : trx.selectFrom('sighting').selectAll().where('vm_id', 'in', ids).execute()

async function loadLocks(trx: Kysely<Tables>, ids: readonly VmId[]): Promise<Map<string, HeldBy>> {
  if (ids.length === 0) return new Map()
  const rows = await trx
    .selectFrom('lock')
    .innerJoin('task', 'task.id', 'lock.task_id')
    .select(['lock.object_id', 'task.id', 'task.by_name'])
    .where('lock.object_kind', '=', 'vm')
    .where('lock.object_id', 'in', ids)
    .execute()
  return new Map(rows.map((row) => [row.object_id, { task: row.id, by: row.by_name, person: row.by_name !== 'floe' }]))
}

/** Only where the definition differs, since most batches are starts and stops, and of VMs that are seen twice, whose row
 *  may change the sighting it follows. */
function neededDefinitions(news: readonly News[], mine: Sightings, others: readonly SightingRow[]): string[] {
  const twice = new Set(others.map((row) => row.vm_id))
  const own = news.flatMap(({ uuid, seen }) => {
    const was = mine.get(uuid)
    if (!was?.definition_hash) return []
    const differs = typeof seen === 'object' && was.definition_hash !== seen.definition.hash
    return differs || twice.has(was.vm_id) ? [was.definition_hash] : []
  })
  return [...new Set([...own, ...others.flatMap((row) => row.definition_hash ?? [])])]
}

async function loadDefinitions(trx: Kysely<Tables>, hashes: readonly string[]): Promise<Map<string, Definition>> {
  if (hashes.length === 0) return new Map()
  const rows = await trx.selectFrom('definition').select(['hash', 'xml']).where('hash', 'in', hashes).execute()
  return new Map(rows.map((row) => [row.hash, row]))
}

const definitionOf = (
  sighting: SightingRow | undefined,
  definitions: ReadonlyMap<string, Definition>,
): Definition | undefined => (sighting?.definition_hash == null ? undefined : definitions.get(sighting.definition_hash))

const toElsewhere = (row: SightingRow, definitions: ReadonlyMap<string, Definition>): Elsewhere => ({
  host: row.host_id,
  uuid: row.uuid,
  name: row.name,
  state: row.state,
  firstSeen: row.first_seen,
  definition: definitionOf(row, definitions),
})
