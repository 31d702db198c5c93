import { apiError } from '../../api/index.ts'
import { messageOf } from '../../base/errors.ts'
import type { VmId } from '../../base/ids.ts'
import { proseProblem } from '../../domain/index.ts'
import type { Caller } from '../auth/caller.ts'
import { domainOf } from '../host/domain-of.ts'
import type { World } from '../world.ts'
import { placesOf } from './sighting-store.ts'
import { forgetDrift, markerFactsOf, writeNotes } from './vm-edit-store.ts'
import type { VmRow } from './vm-store.ts'
import { readMarker, writeMarker } from './write-marker.ts'

export type Edit = {
  readonly notes?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly protected?: boolean | undefined
}

/** Changes what Floe itself knows of a VM, and mirrors it in the marker of a domain that is ours. The database comes
 *  first; a mirror that could not be written is told and written with the next edit. Throws `not_valid`. */
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
  await writeNotes(world.db, row, values, { kind: 'vm.edited', author: by.name, title, details: { differences } })
  if (row.summary.marked === true)
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

async function mirror(world: World, vm: VmId): Promise<void> {
  const facts = await markerFactsOf(world.db, vm)
  for (const { host_id, uuid } of await placesOf(world.db, vm)) {
    const { call } = world.hosts.reach(host_id)
    const dom = await domainOf(call, uuid)
    if (dom === undefined) continue
    // A task that has just put the marker there finds it again by its own id.
    const task = (await readMarker(call, dom))?.task ?? facts.task
    await writeMarker(call, dom, { ...facts, id: vm, floe: world.copy, ...(task && { task }) })
  }
}

/** Accepts what was changed outside: the mark goes, the change stays in the history. */
export async function keepDrift(world: World, row: VmRow, by: Caller): Promise<void> {
  if (row.summary.drift == null) return
  const title = 'Kept what was changed outside'
  await forgetDrift(world.db, row, { kind: 'vm.drift-kept', author: by.name, title })
}
