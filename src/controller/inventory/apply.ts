import { sql, type Kysely, type Transaction } from 'kysely'

import type { HostId, VmId } from '../../base/ids.ts'
import { appendChanges, type NewChange } from '../../db/append-changes.ts'
import { json, storable } from '../../db/json.ts'
import type { Tables } from '../../db/tables.ts'
import type { ChangeDraft } from './change-drafts.ts'
import { decide, type Decision } from './decide.ts'
import type { Known, Place } from './known.ts'
import { loadKnown } from './load-known.ts'
import type { News } from './news.ts'

export type Applied = {
  readonly vms: readonly VmId[]
  readonly changes: number
  readonly repaired: number
  readonly started: readonly VmId[]
  readonly stopped: readonly VmId[]
}

/** Writes one batch of a host's news: rows and changes in one transaction, so that a reader of the feed never sees one
 *  without the other. Starts and stops cost 8 statements, however many domains. */
export async function applyNews(
  db: Kysely<Tables>,
  place: Place,
  news: readonly News[],
  heard: number,
): Promise<Applied> {
  return db.transaction().execute(async (trx) => {
    const known = await loadKnown(trx, place, news)
    const decided = news.flatMap((one) => {
      const decision = decide(one, known.get(one.uuid)!, place)
      return decision === undefined ? [] : [{ news: one, known: known.get(one.uuid)!, decision }]
    })
    const decisions = decided.map((one) => one.decision)
    await writeDefinitions(trx, decisions)
    await writeVms(trx, decisions)
    await writeSightings(trx, place.host, decided)
    const repaired = decisions.reduce((sum, one) => sum + one.repaired, 0)
    await countOnHost(trx, place.host, { heard, repaired })
    const changes = await writeChanges(trx, place, decided)
    const became = (state: string): VmId[] =>
      decided
        .filter((one) => stateOf(one.decision) === state && one.known.sighting?.state !== state)
        .map((one) => one.decision.vmId)
    return {
      vms: decisions.map((one) => one.vmId),
      changes,
      repaired,
      started: became('running'),
      stopped: [...became('shutoff'), ...became('gone')],
    }
  })
}

async function countOnHost(
  trx: Transaction<Tables>,
  host: HostId,
  { heard, repaired }: { readonly heard: number; readonly repaired: number },
): Promise<void> {
  if (heard === 0 && repaired === 0) return
  await trx
    .updateTable('host')
    .set((eb) => ({ events_seen: eb('events_seen', '+', heard), repaired: eb('repaired', '+', repaired) }))
    .where('id', '=', host)
    .execute()
}

/** Last in the transaction: from here to its end every other writer of changes waits. Answers how many there are. */
async function writeChanges(trx: Transaction<Tables>, place: Place, decided: readonly Decided[]): Promise<number> {
  const drafts = decided.flatMap((one) => one.decision.changes.map((draft) => ({ ...one, draft })))
  const revisions = await appendChanges(
    trx,
    drafts.map((one) => toChange(one, place)),
  )
  await stampRevisions(
    trx,
    drafts.map((one, i) => ({
      id: one.decision.vmId,
      revision: revisions[i]!,
      drift: one.draft.kind === 'vm.redefined' ? one.decision.drift : undefined,
    })),
  )
  return drafts.length
}

type Decided = { readonly news: News; readonly known: Known; readonly decision: Decision }

const stateOf = ({ sighting }: Decision): string | undefined => (sighting === 'gone' ? 'gone' : sighting?.state)

function toChange(
  { news, known, decision, draft }: Decided & { readonly draft: ChangeDraft },
  place: Place,
): NewChange {
  const { lock } = known
  const outside = draft.author !== 'known' || lock === undefined
  return {
    kind: draft.kind,
    objectKind: 'vm',
    objectId: decision.vmId,
    objectName: storable(decision.vm?.name ?? known.vm?.name ?? news.name),
    hostId: place.host,
    vmId: decision.vmId,
    authorKind: draft.author === 'floe' ? 'floe' : outside ? 'outside' : lock.person ? 'user' : 'floe',
    author: draft.author === 'floe' ? 'floe' : outside ? 'outside' : lock.by,
    taskId: outside ? null : lock.task,
    title: storable(draft.title),
    details: draft.differences ? { differences: draft.differences } : draft.state ? { state: draft.state } : null,
    scopes: known.vm?.scopes ?? ['all'],
  }
}

async function writeDefinitions(trx: Transaction<Tables>, decided: readonly Decision[]): Promise<void> {
  const rows = decided.flatMap((one) =>
    one.definition ? [{ hash: one.definition.hash, xml: one.definition.xml }] : [],
  )
  if (rows.length === 0) return
  // Sorted, so that two hosts' batches that share definitions never wait for each other crosswise.
  const sorted = [...new Map(rows.map((row) => [row.hash, row])).values()].sort((a, b) => (a.hash < b.hash ? -1 : 1))
  await trx
    .insertInto('definition')
    .values(sorted)
    .onConflict((oc) => oc.doNothing())
    .execute()
}

async function writeVms(trx: Transaction<Tables>, decided: readonly Decision[]): Promise<void> {
  const vms = decided.flatMap((one) => (one.vm ? [one.vm] : []))
  if (vms.length === 0) return
  const rows = vms
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((vm) => ({ ...vm, name: storable(vm.name), title: vm.title === null ? null : storable(vm.title) }))
  await sql`
    insert into vm (id, name, title, memory_mib, vcpus, owner_copy, summary, definition_hash, scopes, tags, notes, protected, gone_at)
    select r.id, r.name, r.title, r."memoryMiB", r.vcpus, r."ownerCopy", r.summary, r."definitionHash", r.scopes, r.tags, r.notes, r.protected, case when r.gone then now() end
    from jsonb_to_recordset(${json(rows)}::jsonb) as r (id uuid, name text, title text, "memoryMiB" bigint, vcpus integer, "ownerCopy" uuid, summary jsonb,
      "definitionHash" text, scopes text[], tags text[], notes text, protected boolean, gone boolean)
    on conflict (id) do update set name = excluded.name, title = excluded.title, memory_mib = excluded.memory_mib, vcpus = excluded.vcpus,
      owner_copy = excluded.owner_copy, summary = excluded.summary, definition_hash = excluded.definition_hash, gone_at = excluded.gone_at`.execute(
    trx,
  )
}

async function writeSightings(trx: Transaction<Tables>, host: HostId, decided: readonly Decided[]): Promise<void> {
  const gone = decided.filter((one) => one.decision.sighting === 'gone').map((one) => one.news.uuid)
  if (gone.length > 0) await trx.deleteFrom('sighting').where('host_id', '=', host).where('uuid', 'in', gone).execute()
  const rows = decided.flatMap(({ news, decision }) =>
    typeof decision.sighting === 'object'
      ? [{ uuid: news.uuid, vm: decision.vmId, ...decision.sighting, name: storable(decision.sighting.name) }]
      : [],
  )
  if (rows.length === 0) return
  await sql`
    insert into sighting (host_id, uuid, vm_id, name, state, reason, persistent, autostart, active_since, definition_hash, libvirt_id, seen_at)
    select ${host}, r.uuid, r.vm, r.name, r.state, r.reason, r.persistent, r.autostart, case when r.active is not null then now() end, r."definitionHash", r."libvirtId", now()
    from jsonb_to_recordset(${json(rows)}::jsonb) as r (uuid uuid, vm uuid, name text, state text, reason text, persistent boolean, autostart boolean,
      active text, "definitionHash" text, "libvirtId" integer)
    on conflict (host_id, uuid) do update set name = excluded.name, state = excluded.state, reason = excluded.reason, persistent = excluded.persistent,
      autostart = excluded.autostart, definition_hash = excluded.definition_hash, libvirt_id = excluded.libvirt_id, seen_at = excluded.seen_at,
      since = case when sighting.state = excluded.state then sighting.since else excluded.seen_at end,
      active_since = case when excluded.active_since is null then null when sighting.active_since is null or excluded.libvirt_id is distinct from sighting.libvirt_id
        then excluded.active_since else sighting.active_since end`.execute(trx)
}

/** Only rows that this transaction already holds are touched: nobody else can be waited for under the lock of the change table. */
async function stampRevisions(
  trx: Transaction<Tables>,
  stamps: readonly { readonly id: VmId; readonly revision: number; readonly drift: string | undefined }[],
): Promise<void> {
  const last = new Map<VmId, { id: VmId; revision: number; drift: unknown }>()
  for (const { id, revision, drift } of stamps) {
    const marked = drift === undefined ? last.get(id)?.drift : { revision, at: new Date().toISOString(), title: drift }
    last.set(id, { id, revision, drift: marked ?? null })
  }
  if (last.size === 0) return
  await sql`
    update vm set revision = r.revision, summary = case when r.drift is null then vm.summary else vm.summary || jsonb_build_object('drift', r.drift) end
    from jsonb_to_recordset(${json([...last.values()])}::jsonb) as r (id uuid, revision bigint, drift jsonb) where vm.id = r.id`.execute(
    trx,
  )
}
