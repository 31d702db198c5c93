import { sql } from 'kysely'

import { messageOf } from '../../base/errors.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import type { Marker } from '../../domain/index.ts'
import type { Caller } from '../auth/caller.ts'
import { domainOf } from '../host/domain-of.ts'
import type { World } from '../world.ts'
import type { VmRow } from './vm-store.ts'
import { writeMarker } from './write-marker.ts'

export type Edit = {
  readonly notes?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly protected?: boolean | undefined
}

/** Changes what Floe itself knows of a VM, and mirrors it in the marker of a domain that is ours. The database comes
 *  first; a mirror that could not be written is told and written with the next edit. */
export async function editVm(world: World, row: VmRow, edit: Edit, by: Caller): Promise<void> {
  const tags = edit.tags === undefined ? undefined : [...new Set(edit.tags)].sort()
  const words = [
    ...(edit.notes !== undefined && edit.notes !== row.notes
      ? [{ field: 'notes', before: row.notes, after: edit.notes }]
      : []),
    ...(tags !== undefined && tags.join() !== row.tags.join()
      ? [{ field: 'tags', before: row.tags.join(', '), after: tags.join(', ') }]
      : []),
    ...(edit.protected !== undefined && edit.protected !== row.protected
      ? [{ field: 'protection', before: row.protected ? 'on' : 'off', after: edit.protected ? 'on' : 'off' }]
      : []),
  ]
  if (words.length === 0) return
  await world.db.transaction().execute(async (trx) => {
    const { scopes } = await trx
      .selectFrom('vm')
      .select('scopes')
      .where('id', '=', row.id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    await trx
      .updateTable('vm')
      .set({
        ...(edit.notes !== undefined && { notes: edit.notes }),
        ...(tags && { tags }),
        ...(edit.protected !== undefined && { protected: edit.protected }),
      })
      .where('id', '=', row.id)
      .execute()
    const title = words
      .map((one) =>
        one.field === 'notes' ? 'notes changed' : `${one.field} ${one.before || 'none'} → ${one.after || 'none'}`,
      )
      .join(', ')
    const differences = words.map((one) => ({ path: one.field, ...one }))
    const [revision] = await appendChanges(trx, [
      {
        kind: 'vm.edited',
        objectKind: 'vm',
        objectId: row.id,
        objectName: row.name,
        vmId: row.id,
        authorKind: 'user',
        author: by.name,
        title,
        details: { differences },
        scopes,
      },
    ])
    await trx.updateTable('vm').set({ revision: revision! }).where('id', '=', row.id).execute()
  })
  if (row.summary.marked === true)
    await mirror(world, row.id).catch((error: unknown) =>
      world.log.warn({ err: error, vm: row.name }, `The marker of ${row.name} was not written: ${messageOf(error)}`),
    )
}

async function mirror(world: World, vm: VmId): Promise<void> {
  const {
    tags,
    notes,
    protected: guarded,
    made_by,
  } = await world.db
    .selectFrom('vm')
    .select(['tags', 'notes', 'protected', 'made_by'])
    .where('id', '=', vm)
    .executeTakeFirstOrThrow()
  const seen = await world.db.selectFrom('sighting').select(['host_id', 'uuid']).where('vm_id', '=', vm).execute()
  const marker = {
    id: vm,
    floe: world.copy,
    ...(made_by && { task: made_by }),
    tags,
    notes,
    protected: guarded,
  }
  for (const { host_id, uuid } of seen) await write(world, { host: host_id, uuid }, marker)
}

async function write(
  world: World,
  at: { readonly host: HostId; readonly uuid: string },
  marker: Marker,
): Promise<void> {
  const { call } = world.hosts.reach(at.host)
  const dom = await domainOf(call, at.uuid)
  if (dom) await writeMarker(call, dom, marker)
}

/** Accepts what was changed outside: the mark goes, the change stays in the history. */
export async function keepDrift(world: World, row: VmRow, by: Caller): Promise<void> {
  if (row.summary.drift == null) return
  await world.db.transaction().execute(async (trx) => {
    const { scopes } = await trx
      .selectFrom('vm')
      .select('scopes')
      .where('id', '=', row.id)
      .forUpdate()
      .executeTakeFirstOrThrow()
    await trx
      .updateTable('vm')
      .set({ summary: sql`summary - 'drift'` as never })
      .where('id', '=', row.id)
      .execute()
    const [revision] = await appendChanges(trx, [
      {
        kind: 'vm.drift-kept',
        objectKind: 'vm',
        objectId: row.id,
        objectName: row.name,
        vmId: row.id,
        authorKind: 'user',
        author: by.name,
        title: 'Kept what was changed outside',
        scopes,
      },
    ])
    await trx.updateTable('vm').set({ revision: revision! }).where('id', '=', row.id).execute()
  })
}
