import { sql, type Transaction } from 'kysely'

import { json } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { Place } from '../inventory/known.ts'
import type { SeenObject } from '../inventory/sync-objects.ts'

export type SeenNetwork = SeenObject & {
  readonly bridge: string | null
  readonly forward: string | null
  readonly autostart: boolean
}

export async function writeNetworks(
  trx: Transaction<Tables>,
  { host }: Place,
  networks: readonly (SeenNetwork & { readonly id: string })[],
): Promise<void> {
  await sql`
    insert into network (id, host_id, uuid, name, state, bridge, forward, autostart, scopes)
    select r.id, ${host}, r.uuid, r.name, r.state, r.bridge, r.forward, r.autostart, '{all}'
    from jsonb_to_recordset(${json(networks)}::jsonb) as r (id uuid, uuid uuid, name text, state text, bridge text, forward text, autostart boolean)
    on conflict (host_id, uuid) do update set name = excluded.name, state = excluded.state, bridge = excluded.bridge, forward = excluded.forward,
      autostart = excluded.autostart, seen_at = now()`.execute(trx)
}
