import type { Kysely } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import type { Row, Tables } from '../../db/tables.ts'

/** What a re-list compares. */
export type Sighting = Pick<
  Row<'sighting'>,
  'uuid' | 'name' | 'state' | 'reason' | 'persistent' | 'autostart' | 'definition_hash'
>

/** All that a host showed when it was last heard. */
export const readSightings = (db: Kysely<Tables>, host: HostId): Promise<Sighting[]> =>
  db
    .selectFrom('sighting')
    .select(['uuid', 'name', 'state', 'reason', 'persistent', 'autostart', 'definition_hash'])
    .where('host_id', '=', host)
    .execute()

/** Which of these domains the host has shown before. */
export async function knownUuids(db: Kysely<Tables>, host: HostId, uuids: readonly string[]): Promise<Set<string>> {
  if (uuids.length === 0) return new Set()
  const known = db.selectFrom('sighting').select('uuid').where('host_id', '=', host).where('uuid', 'in', uuids)
  return new Set((await known.execute()).map((row) => row.uuid))
}
