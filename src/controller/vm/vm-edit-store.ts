import { sql, type Kysely, type Transaction } from 'kysely'

import type { VmId } from '../../base/ids.ts'
import { appendChanges } from '../../db/append-changes.ts'
import { json } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { Marker } from '../../domain/index.ts'

/** Who says it, and what the history says of it. */
type Told = {
  readonly kind: 'vm.edited' | 'vm.drift-kept'
  readonly author: string
  readonly title: string
  readonly details?: { readonly differences: readonly object[] }
}
type Which = { readonly id: VmId; readonly name: string }

/** Writes what people note on a VM, with its change. */
export async function writeNotes(
  db: Kysely<Tables>,
  vm: Which,
  edit: { readonly notes?: string; readonly tags?: readonly string[]; readonly protected?: boolean },
  told: Told,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.updateTable('vm').set(edit).where('id', '=', vm.id).execute()
    await tell(trx, vm, told)
  })
}

/** Takes the mark of a change from outside off a VM; the change itself stays in the history. */
export async function forgetDrift(db: Kysely<Tables>, vm: Which, told: Told): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('vm')
      .set({ summary: sql`summary - 'drift'` as never })
      .where('id', '=', vm.id)
      .execute()
    await tell(trx, vm, told)
  })
}

async function tell(trx: Transaction<Tables>, { id, name }: Which, { author, ...told }: Told): Promise<void> {
  const { scopes } = await trx.selectFrom('vm').select('scopes').where('id', '=', id).executeTakeFirstOrThrow()
  const what = { objectKind: 'vm', objectId: id, objectName: name, vmId: id, authorKind: 'user', author } as const
  const [revision] = await appendChanges(trx, [{ ...told, ...what, scopes }])
  await trx.updateTable('vm').set({ revision: revision! }).where('id', '=', id).execute()
}

/** What Floe's marker says of a VM, but for who writes it. */
export async function markerFactsOf(
  db: Kysely<Tables>,
  vm: VmId,
): Promise<Pick<Marker, 'tags' | 'notes' | 'protected' | 'task' | 'adopted'>> {
  const row = await db
    .selectFrom('vm')
    .select(['tags', 'notes', 'protected', 'made_by', 'summary'])
    .where('id', '=', vm)
    .executeTakeFirstOrThrow()
  return {
    tags: row.tags,
    notes: row.notes,
    protected: row.protected,
    ...(row.made_by && { task: row.made_by }),
    ...(row.summary['adopted'] === true && { adopted: true }),
  }
}

/** Keeps how the choices were reached, for the VM's page. */
export async function rememberChoices(db: Kysely<Tables>, vm: VmId, chosen: readonly unknown[]): Promise<void> {
  await db
    .updateTable('vm')
    .set({ summary: sql`summary || jsonb_build_object('chosen', ${json(chosen)}::jsonb)` as never })
    .where('id', '=', vm)
    .execute()
}
