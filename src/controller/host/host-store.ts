import { sql, type Kysely, type RawBuilder } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import { json, storable } from '../../db/json.ts'
import { asScopes } from '../../db/scopes.ts'
import type { Row, Tables } from '../../db/tables.ts'
import type { Place } from '../inventory/known.ts'
import { takenBy, type NewHost } from './host-taken.ts'

export type HostRow = Row<'host'>

/** Every host that one of `scopes` reaches: tens or hundreds, never a list for a page. */
export const listHosts = (db: Kysely<Tables>, scopes: readonly string[]): Promise<HostRow[]> =>
  db.selectFrom('host').selectAll().where('scopes', '&&', asScopes(scopes)).orderBy('name').execute()

/** How many hosts are in each state, and how often their re-lists found what no event had told. */
export async function countHosts(
  db: Kysely<Tables>,
): Promise<{ readonly byState: Record<string, number>; readonly repaired: number }> {
  const rows = await db
    .selectFrom('host')
    .select((is) => ['state', is.fn.countAll<number>().as('count')])
    .select(sql<number>`sum(repaired)::bigint`.as('repaired'))
    .groupBy('state')
    .execute()
  return {
    byState: Object.fromEntries(rows.map((row) => [row.state, row.count])),
    repaired: rows.reduce((sum, row) => sum + row.repaired, 0),
  }
}

export const hostByUri = (db: Kysely<Tables>, uri: string): Promise<HostRow | undefined> =>
  db.selectFrom('host').selectAll().where('uri', '=', uri).executeTakeFirst()

export const hostById = (db: Kysely<Tables>, id: HostId): Promise<HostRow | undefined> =>
  db.selectFrom('host').selectAll().where('id', '=', id).executeTakeFirst()

/** By id or name, where one of `scopes` reaches it. */
export const findHost = (db: Kysely<Tables>, ref: string, scopes: readonly string[]): Promise<HostRow | undefined> =>
  db
    .selectFrom('host')
    .selectAll()
    .where((is) => is.or([is('name', '=', storable(ref)), is(is.cast<string>('id', 'text'), '=', storable(ref))]))
    .where('scopes', '&&', asScopes(scopes))
    .executeTakeFirst()

/** Remembers a host. Idempotent: answers the row that is there. Throws `host_taken`, `host_name_taken` where another
 *  host came in between with its address or its name. */
export async function insertHost(db: Kysely<Tables>, host: NewHost): Promise<HostRow> {
  await db
    .insertInto('host')
    .values({ id: host.host, name: host.name, uri: host.uri, state: 'connecting', scopes: ['all'] })
    .onConflict((oc) => oc.doNothing())
    .execute()
  const alike = await hostsLike(db, host)
  const mine = alike.find((row) => row.id === host.host)
  if (mine) return mine
  throw takenBy(alike, host) ?? new Error(`The host ${host.name} was forgotten while it was being added.`)
}

/** Every host that is this one, or has its address or its name, whoever may see it. */
export const hostsLike = (db: Kysely<Tables>, { host, name, uri }: NewHost): Promise<HostRow[]> =>
  db
    .selectFrom('host')
    .selectAll()
    .where((is) => is.or([is('id', '=', host), is('uri', '=', uri), is('name', '=', name)]))
    .execute()

/** Writes a host's state with its change; nothing when it is the same already. */
export async function recordHostState(
  db: Kysely<Tables>,
  place: Place,
  state: 'up' | 'down',
  why: string | null,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const was = await trx
      .selectFrom('host')
      .select(['state', 'reason'])
      .where('id', '=', place.host)
      .forUpdate()
      .executeTakeFirst()
    if (was === undefined || was.state === state) return
    await trx
      .updateTable('host')
      .set({ state, reason: why === null ? null : storable(why), since: new Date() })
      .where('id', '=', place.host)
      .execute()
    const title = state === 'up' ? 'Connected' : `Silent: ${storable(why ?? 'no reason given')}. Its VMs may still run.`
    await appendChanges(trx, [
      {
        kind: `host.${state}`,
        objectKind: 'host',
        objectId: place.host,
        objectName: place.hostName,
        hostId: place.host,
        authorKind: 'floe',
        author: 'floe',
        title,
        scopes: ['all'],
      },
    ])
  })
}

/** Notes that everything on the host was listed just now, and that it is therefore up. */
export async function recordListing(db: Kysely<Tables>, place: Place, figures: Record<string, unknown>): Promise<void> {
  await db
    .updateTable('host')
    .set({ relisted_at: new Date(), facts: withFacts(figures) })
    .where('id', '=', place.host)
    .execute()
  await recordHostState(db, place, 'up', null)
}

/** True before the first whole listing: what is found then is adopted, not changed by somebody. */
export async function isFirstListing(db: Kysely<Tables>, host: HostId): Promise<boolean> {
  const row = await db.selectFrom('host').select('relisted_at').where('id', '=', host).executeTakeFirst()
  return row?.relisted_at == null
}

export const writeFacts = (db: Kysely<Tables>, host: HostId, facts: Record<string, unknown>): Promise<unknown> =>
  db
    .updateTable('host')
    .set({ facts: withFacts(facts) })
    .where('id', '=', host)
    .execute()

/** What is known of the host already, with these on top. */
const withFacts = (facts: Record<string, unknown>): RawBuilder<never> => sql`facts || ${json(facts)}::jsonb`

/** A page of hosts by name, after `after`. */
export async function pageOfHosts(
  db: Kysely<Tables>,
  scopes: readonly string[],
  after: string | undefined,
  limit: number,
): Promise<{ rows: HostRow[]; total: number }> {
  const visible = db.selectFrom('host').where('scopes', '&&', asScopes(scopes))
  const page = after === undefined ? visible : visible.where('name', '>', after)
  const [rows, counted] = await Promise.all([
    page.selectAll().orderBy('name').limit(limit).execute(),
    visible.select((eb) => eb.fn.countAll<number>().as('count')).executeTakeFirstOrThrow(),
  ])
  return { rows, total: counted.count }
}

export const hostsByIds = (db: Kysely<Tables>, ids: readonly string[], scopes: readonly string[]): Promise<HostRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('host')
        .selectAll()
        .where('id', 'in', ids as HostId[])
        .where('scopes', '&&', asScopes(scopes))
        .execute()
