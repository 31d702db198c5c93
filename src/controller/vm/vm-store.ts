import { sql, type Kysely, type RawBuilder } from 'kysely'

import { apiError } from '../../api/index.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import { storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { Summary } from '../inventory/summary.ts'
import { isOff } from './off-state.ts'
import { isAfter, sortBy, type After, type Sort } from './vm-sort.ts'

/** A VM with its sightings, the task that holds it, and the state they amount to. */
export type VmRow = {
  readonly id: VmId
  readonly name: string
  readonly name_key: string
  readonly title: string | null
  readonly memory_mib: number
  readonly vcpus: number
  readonly made_by: string | null
  readonly owner_copy: string | null
  readonly tags: string[]
  readonly notes: string
  readonly protected: boolean
  readonly sample: boolean
  readonly summary: Partial<Summary>
  readonly definition_hash: string | null
  readonly scopes: string[]
  readonly created_at: Date
  readonly created_by: string | null
  readonly revision: number
  readonly state: string
  readonly sightings: readonly SightingRow[]
  readonly lock: {
    readonly task: number
    readonly taskId: string
    readonly cause: string
    readonly since: string
  } | null
}

export type SightingRow = {
  readonly host: string
  readonly hostId: HostId
  readonly hostUp: boolean
  readonly hostSince: string
  readonly uuid: string
  readonly state: string
  readonly reason: string | null
  readonly persistent: boolean
  readonly autostart: boolean
  readonly libvirtId: number | null
  readonly since: string
  readonly activeSince: string | null
  readonly seenAt: string
}

/** Floe made it, this copy or one that it was taken over from: its password is Floe's to set. */
export const isMade = ({ summary }: Pick<VmRow, 'summary'>): boolean =>
  summary.marked === true && summary.adopted !== true

export type Filter = {
  readonly q?: string | undefined
  readonly state?: string | undefined
  readonly host?: string | undefined
}
export type Window = {
  readonly sort: Sort
  readonly down: boolean
  readonly limit: number
  readonly from?: number | undefined
  readonly after?: After | undefined
}

// The state a VM's sightings amount to: the living one counts, and what a silent host shows is not known.
const states = sql`
  select vm.*, coalesce(s.shown, 'undefined') as state, s.host
  from vm left join lateral (
    select case when host.state = 'up' then sighting.state else 'unknown' end as shown, host.name as host
    from sighting join host on host.id = sighting.host_id
    where sighting.vm_id = vm.id
    order by ${isOff(sql`sighting.state`)}, sighting.first_seen, sighting.host_id limit 1
  ) s on true
  where vm.gone_at is null`

const where = (filter: Filter): RawBuilder<unknown> => {
  const parts = [sql`true`]
  if (filter.q) {
    const like = `%${storable(filter.q)
      .toLowerCase()
      .replaceAll(/[\\%_]/g, (c) => `\\${c}`)}%`
    parts.push(
      sql`(v.name_key like ${like} or exists (select 1 from unnest(v.tags) tag where lower(tag) like ${like}))`,
    )
  }
  if (filter.state) parts.push(sql`v.state = ${storable(filter.state)}`)
  if (filter.host) parts.push(sql`v.host = ${storable(filter.host)}`)
  return sql.join(parts, sql` and `)
}

const joined = sql`
  v.id, v.name, v.name_key, v.title, v.memory_mib, v.vcpus, v.made_by, v.owner_copy, v.tags, v.notes, v.protected, v.sample, v.summary, v.definition_hash,
  v.scopes, v.created_at, v.created_by, v.revision, v.state,
  coalesce((select jsonb_agg(jsonb_build_object('host', host.name, 'hostId', host.id, 'hostUp', host.state = 'up', 'hostSince', host.since, 'uuid', s.uuid,
    'state', s.state, 'reason', s.reason, 'persistent', s.persistent, 'autostart', s.autostart, 'libvirtId', s.libvirt_id, 'since', s.since, 'activeSince', s.active_since, 'seenAt', s.seen_at)
    order by ${isOff(sql`s.state`)}, s.first_seen, s.host_id)
    from sighting s join host on host.id = s.host_id where s.vm_id = v.id), '[]') as sightings,
  (select jsonb_build_object('task', task.number, 'taskId', task.id, 'cause', lock.cause, 'since', lock.since)
    from lock join task on task.id = lock.task_id where lock.object_kind = 'vm' and lock.object_id = v.id::text) as lock`

/** One page or window of the VMs that `scopes` may see. Of 20,000 VMs on two busy cores a window of 100 takes 10 ms at
 *  either end by name, 110 ms at row 10,000 by name, 220–340 ms by state, 380–560 ms by memory (the test beside this
 *  prints them): the cost is the sort of all, not the joins, which run for the window alone. */
export async function listVms(
  db: Kysely<Tables>,
  scopes: readonly string[],
  filter: Filter,
  window: Window,
): Promise<VmRow[]> {
  const order = sortBy(window.sort)
  const direction = window.down ? sql`desc` : sql`asc`
  const after = window.after ? sql`and ${isAfter(window.sort, window.down, window.after)}` : sql``
  const answer = await sql<VmRow>`
    with v as (
      select * from (${states} and vm.scopes && ${[...scopes]}::text[]) v where ${where(filter)} ${after}
      order by ${order} ${direction}, v.name_key ${direction}, v.id ${direction}
      limit ${window.limit} offset ${window.from ?? 0}
    ) select ${joined} from v order by ${order} ${direction}, v.name_key ${direction}, v.id ${direction}`.execute(db)
  return answer.rows
}

export async function countVms(
  db: Kysely<Tables>,
  scopes: readonly string[],
  filter: Filter,
): Promise<Record<string, number>> {
  const answer = await sql<{ state: string; count: number }>`
    select state, count(*) as count from (${states} and vm.scopes && ${[...scopes]}::text[]) v where ${where(filter)} group by state`.execute(
    db,
  )
  return Object.fromEntries(answer.rows.map((row) => [row.state, row.count]))
}

export async function vmsByIds(
  db: Kysely<Tables>,
  ids: readonly string[],
  scopes: readonly string[],
): Promise<VmRow[]> {
  if (ids.length === 0) return []
  const answer = await sql<VmRow>`
    with v as (${states} and vm.id = any (${[...ids]}::uuid[]) and vm.scopes && ${[...scopes]}::text[]) select ${joined} from v`.execute(
    db,
  )
  return answer.rows
}

/** The VM that an id or name means within the scopes. Throws `not_found`, `name_ambiguous`. */
export async function findVm(db: Kysely<Tables>, asked: string, scopes: readonly string[]): Promise<VmRow> {
  const ref = storable(asked)
  const answer = await sql<VmRow>`
    with v as (${states} and (vm.id::text = ${ref} or vm.name = ${ref}) and vm.scopes && ${[...scopes]}::text[] limit 5) select ${joined} from v`.execute(
    db,
  )
  const [first, ...more] = answer.rows
  if (first === undefined) throw apiError('not_found', { kind: 'VM', name: ref.slice(0, 80) })
  const byId = answer.rows.find((row) => row.id === ref)
  if (byId) return byId
  if (more.length > 0)
    throw apiError('name_ambiguous', { name: ref, count: answer.rows.length, ids: answer.rows.map((row) => row.id) })
  return first
}

/** Which names like this one are taken by others than `except`, on any host and whoever's they are: a name seen twice
 *  could not be told apart. */
export async function takenNames(db: Kysely<Tables>, like: string, except?: VmId): Promise<Set<string>> {
  const rows = await db
    .selectFrom('vm')
    .select('name')
    .where('gone_at', 'is', null)
    .$if(except !== undefined, (query) => query.where('id', '!=', except!))
    .where(sql<boolean>`name = ${like} or name ~ ('^' || ${like.replaceAll('.', '\\.')} || '-[0-9]+$')`)
    .execute()
  return new Set(rows.map((row) => row.name))
}

/** A definition that was seen, by its hash. */
export async function definitionText(db: Kysely<Tables>, hash: string): Promise<string | undefined> {
  return (await db.selectFrom('definition').select('xml').where('hash', '=', hash).executeTakeFirst())?.xml
}
