import type { Kysely } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import type { Json } from '../../base/json.ts'
import { json } from '../../db/json.ts'
import { asScopes } from '../../db/scopes.ts'
import type { Tables } from '../../db/tables.ts'
import type { Offer } from './offer.ts'

export type HostForOffer = {
  readonly id: HostId
  readonly name: string
  readonly state: string
  readonly facts: Readonly<Record<string, Json | undefined>>
  /** Free bytes of Floe's own pool there; null where it has none. */
  readonly available_bytes: number | null
}

/** The hosts that a caller sees, with the room in Floe's own pool on each. */
export function hostsForOffer(
  db: Kysely<Tables>,
  ownPool: string,
  scopes: readonly string[],
): Promise<readonly HostForOffer[]> {
  return db
    .selectFrom('host')
    .leftJoin('pool', (join) => join.onRef('pool.host_id', '=', 'host.id').on('pool.name', '=', ownPool))
    .select(['host.id', 'host.name', 'host.state', 'host.facts', 'pool.available_bytes'])
    .where('host.scopes', '&&', asScopes(scopes))
    .orderBy('host.name')
    .execute()
}

export async function networksForOffer(db: Kysely<Tables>, scopes: readonly string[]): Promise<Offer['networks']> {
  const rows = await db
    .selectFrom('network')
    .select(['host_id', 'name', 'state'])
    .where('scopes', '&&', asScopes(scopes))
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ host: row.host_id, name: row.name, active: row.state === 'active' }))
}

/** The architecture of a host as its libvirt names it. */
export async function archOf(db: Kysely<Tables>, host: HostId): Promise<string> {
  const { facts } = await db.selectFrom('host').select('facts').where('id', '=', host).executeTakeFirstOrThrow()
  return (facts['arch'] as string | null | undefined) ?? 'x86_64'
}

/** Whether a file was noted as whole and is as it was last written then. */
export async function isWhole(db: Kysely<Tables>, key: string, modified: string | null): Promise<boolean> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  return row !== undefined && row.value === modified
}

export async function noteWhole(db: Kysely<Tables>, key: string, modified: string | null): Promise<void> {
  const value = json(modified)
  await db
    .insertInto('setting')
    .values({ key, value })
    .onConflict((oc) => oc.column('key').doUpdateSet({ value }))
    .execute()
}
