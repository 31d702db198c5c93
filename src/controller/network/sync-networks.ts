import type { Api } from '@floe/libvirt'
import { LibvirtError } from '@floe/libvirt'
import { sql, type Kysely } from 'kysely'

import { newId, type NetworkId } from '../../base/ids.ts'
import { appendChanges, type NewChange } from '../../db/append-changes.ts'
import { json, storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import { parseNetwork } from '../../domain/index.ts'
import type { Place } from '../inventory/known.ts'

/** Reads a host's networks and writes what differs. They are only read. */
export async function syncNetworks(db: Kysely<Tables>, call: Api, place: Place): Promise<void> {
  const seen = await readNetworks(call)
  await db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom('network')
      .select(['id', 'uuid', 'name', 'state'])
      .where('host_id', '=', place.host)
      .orderBy('id')
      .forUpdate()
      .execute()
    const known = new Map(before.map((row) => [row.uuid, row]))
    const rows = seen.map((one) => ({ ...one, id: known.get(one.uuid)?.id ?? newId<NetworkId>() }))
    await sql`
      insert into network (id, host_id, uuid, name, state, bridge, forward, autostart, scopes)
      select r.id, ${place.host}, r.uuid, r.name, r.state, r.bridge, r.forward, r.autostart, '{all}'
      from jsonb_to_recordset(${json(rows)}::jsonb) as r (id uuid, uuid uuid, name text, state text, bridge text, forward text, autostart boolean)
      on conflict (host_id, uuid) do update set name = excluded.name, state = excluded.state, bridge = excluded.bridge, forward = excluded.forward,
        autostart = excluded.autostart, seen_at = now()`.execute(trx)
    const gone = before.filter((row) => !seen.some((one) => one.uuid === row.uuid))
    if (gone.length > 0)
      await trx
        .deleteFrom('network')
        .where(
          'id',
          'in',
          gone.map((row) => row.id),
        )
        .execute()

    const changes: NewChange[] = []
    const change = (kind: string, id: string, name: string, title: string): number =>
      changes.push({
        kind,
        objectKind: 'network',
        objectId: id,
        objectName: name,
        hostId: place.host,
        authorKind: 'outside',
        author: 'outside',
        title,
        scopes: ['all'],
      })
    for (const one of rows) {
      const was = known.get(one.uuid)
      if (was === undefined) change('network.found', one.id, one.name, `Found on ${place.hostName}`)
      else if (was.state !== one.state)
        change('network.state', one.id, one.name, one.state === 'active' ? 'Started' : 'Stopped')
    }
    for (const row of gone) change('network.removed', row.id, row.name, `Removed from ${place.hostName}`)
    await appendChanges(trx, changes)
  })
}

async function readNetworks(call: Api) {
  const { networks } = await call.connectListAllNetworks({}, { deadlineMs: 30_000 }).catch((error: unknown) => {
    if (error instanceof LibvirtError && error.code === 'NO_SUPPORT') return { networks: [] }
    throw error
  })
  const seen = await Promise.all(
    networks.map(async (net) => {
      try {
        const [{ xml }, { active }, { autostart }] = await Promise.all([
          call.networkGetXmlDesc({ net }),
          call.networkIsActive({ net }),
          call.networkGetAutostart({ net }).catch(() => ({ autostart: false })),
        ])
        const view = parseNetwork(xml)
        return {
          uuid: net.uuid,
          name: storable(net.name),
          state: active ? 'active' : 'inactive',
          bridge: view.bridge ?? null,
          forward: view.forward === 'isolated' ? null : view.forward,
          autostart,
        }
      } catch (error) {
        if (error instanceof LibvirtError && error.code === 'NO_NETWORK') return undefined
        throw error
      }
    }),
  )
  return seen.filter((one) => one !== undefined)
}
