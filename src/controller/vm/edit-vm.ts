import type { Api } from '@floe/libvirt'

import { apiError } from '../../api/index.ts'
import { messageOf } from '../../base/errors.ts'
import type { VmId } from '../../base/ids.ts'
import { proseProblem } from '../../domain/index.ts'
import type { Caller } from '../auth/caller.ts'
import { domainOf } from '../host/domain-of.ts'
import type { World } from '../world.ts'
import { forgetDrift, markerFactsOf, writeNotes } from './vm-edit-store.ts'
import { placesOf } from './vm-sightings.ts'
import type { VmRow } from './vm-store.ts'
import { ownerIn, readMarker, readOwner, writeMarker } from './write-marker.ts'

export type Edit = {
  readonly notes?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly protected?: boolean | undefined
}

/** Changes what Floe itself knows of a VM, and mirrors it in the marker of a domain that is ours. The database comes
 *  first; a mirror that could not be written is told and written with the next edit. Throws `not_valid`, and `vm_foreign`
 *  where the host says that another Floe has taken the VM over, although its event is only on the way. */
export async function editVm(world: World, row: VmRow, edit: Edit, by: Caller): Promise<void> {
  refuseUncarried('notes', edit.notes)
  const tags = edit.tags === undefined ? undefined : [...new Set(edit.tags)].sort()
  const differences = differencesOf(row, { ...edit, tags })
  if (differences.length === 0) return
  const title = differences
    .map(({ field, before, after }) =>
      field === 'notes' ? 'notes changed' : `${field} ${before || 'none'} → ${after || 'none'}`,
    )
    .join(', ')
  const values = {
    ...(edit.notes !== undefined && { notes: edit.notes }),
    ...(tags && { tags }),
    ...(edit.protected !== undefined && { protected: edit.protected }),
  }
  const isMarked = row.summary.marked === true
  if (isMarked) await refuseTakenOver(world, row)
  await writeNotes(world.db, row, values, { kind: 'vm.edited', author: by.name, title, details: { differences } })
  if (isMarked)
    await mirror(world, row.id).catch((error: unknown) =>
      world.log.warn({ err: error, vm: row.name }, `The marker of ${row.name} was not written: ${messageOf(error)}`),
    )
}

type Difference = {
  readonly path: string
  readonly field: string
  readonly before: string
  readonly after: string
}

function differencesOf(row: VmRow, edit: Edit): Difference[] {
  const words = (guarded: boolean): string => (guarded ? 'on' : 'off')
  const all = [
    ['notes', row.notes, edit.notes],
    ['tags', row.tags.join(', '), edit.tags?.join(', ')],
    ['protection', words(row.protected), edit.protected === undefined ? undefined : words(edit.protected)],
  ] as const
  return all.flatMap(([field, before, after]) =>
    after === undefined || after === before ? [] : [{ path: field, field, before, after }],
  )
}

/** Refuses text that no definition can carry. Throws `not_valid` with the field. */
function refuseUncarried(field: string, text: string | undefined): void {
  const why = text === undefined ? undefined : proseProblem(text)
  if (why !== undefined) throw apiError('not_valid', { field, why, errors: [{ field, why }] })
}

/** Asks the hosts that answer at once; what a silent one has is not known, and nothing is written there. */
async function refuseTakenOver(world: World, { id, name }: VmRow): Promise<void> {
  for (const { host_id, uuid } of await placesOf(world.db, id)) {
    const link = world.hosts.find(host_id)
    if (link?.link.state.state !== 'up') continue
    const owner = await ownerThere(link.call, uuid).catch(() => undefined) // the mirror tells what is wrong
    if (owner !== undefined && owner !== world.copy) throw apiError('vm_foreign', { vm: name, owner })
  }
}

async function ownerThere(call: Api, uuid: string): Promise<string | undefined> {
  const dom = await domainOf(call, uuid)
  return dom && readOwner(call, dom)
}

async function mirror(world: World, vm: VmId): Promise<void> {
  const facts = await markerFactsOf(world.db, vm)
  for (const { host_id, uuid } of await placesOf(world.db, vm)) {
    const { call } = world.hosts.reach(host_id)
    const dom = await domainOf(call, uuid)
    if (dom === undefined) continue
    const there = await readMarker(call, dom)
    const owner = ownerIn(there)
    // Another Floe's by now: its marker stays.
    if (owner !== undefined && owner !== world.copy) continue
    // A task that has just put the marker there finds it again by its own id.
    const task = there?.task ?? facts.task
    await writeMarker(call, dom, { ...facts, id: vm, floe: world.copy, ...(task && { task }) })
  }
}

/** Accepts what was changed outside: the mark goes, the change stays in the history. */
export async function keepDrift(world: World, row: VmRow, by: Caller): Promise<void> {
  if (row.summary.drift == null) return
  const title = 'Kept what was changed outside'
  await forgetDrift(world.db, row, { kind: 'vm.drift-kept', author: by.name, title })
}
