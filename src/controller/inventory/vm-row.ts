import { parse } from '@floe/xml'

import { parseDomain, type DomainView } from '../../domain/index.ts'
import type { Elsewhere, Known, Place, VmWrite } from './known.ts'
import type { Observed } from './observation.ts'
import type { SightingWrite } from './sighting-after.ts'
import { isAlive } from './state-words.ts'
import { sizeOf, toSummary, withoutLive, type Size, type Summary } from './summary.ts'
import type { Owner } from './vm-owner.ts'

type Ranked = Pick<Elsewhere, 'state' | 'host' | 'firstSeen'>

/** Of a VM's sightings the one that counts: the one that is alive, else the one that was seen first. Where several are at
 *  once, again the first, so that the row does not follow whichever host spoke last. */
export function leading<T extends Ranked>(sightings: readonly T[]): T | undefined {
  return sightings.toSorted(
    (a, b) =>
      Number(isAlive(b.state)) - Number(isAlive(a.state)) ||
      a.firstSeen.getTime() - b.firstSeen.getTime() ||
      (a.host < b.host ? -1 : 1),
  )[0]
}

const never = new Date(8.64e15) // a sighting that comes only now is the last

/** Whether the VM's row follows this sighting once it stands as `sighting`. */
export function isLeading(sighting: SightingWrite | 'gone', known: Known, place: Place): boolean {
  if (sighting === 'gone') return false
  const mine = { state: sighting.state, host: place.host, firstSeen: known.sighting?.first_seen ?? never }
  return leading<Ranked>([mine, ...(known.vm?.elsewhere ?? [])]) === mine
}

type After = {
  readonly owner: Owner
  readonly seen: Observed | undefined
  readonly known: Known
  readonly sighting: SightingWrite | 'gone'
  readonly leads: boolean
  /** Its guest ended with this batch, if only to start again. */
  readonly ended: boolean
}

/** How the VM's row stands after the batch; nothing where it stays as it is. */
export function vmAfter({ owner, seen, known, sighting, leads, ended }: After): VmWrite | undefined {
  const was = known.vm
  if (leads && seen) return rowOf({ owner, known, shown: shownBy(seen), marked: seen })
  if (was === undefined) return undefined
  if (was.elsewhere.length === 0) {
    const kept = rowOf({ owner, known, shown: undefined, marked: undefined })
    if (sighting === 'gone') return { ...kept, gone: true }
    const left = ended ? withoutLive(was.summary) : undefined
    return left && { ...kept, ...sizeAtStart(was.summary), summary: left }
  }
  // Another sighting leads, or this one does again after another had: its definition is what is known of it.
  const leader = leads
    ? { name: sighting === 'gone' ? was.name : sighting.name, definition: known.definition }
    : leading(was.elsewhere)
  if (!leader?.definition || was.definition_hash === leader.definition.hash) return undefined
  const kept = { ...owner, foreign: was.owner_copy ?? undefined }
  return rowOf({ owner: kept, known, shown: shownBy({ ...leader, definition: leader.definition }), marked: undefined })
}

const sizeAtStart = ({ atStart }: Partial<Summary>): Partial<Size> => atStart ?? {}

type Shown = {
  readonly name: string
  readonly hash: string
  readonly view: DomainView
  readonly live: DomainView | undefined
}
type Source = { readonly name: string; readonly definition: { readonly hash: string; readonly xml: string } }

const shownBy = ({ name, definition, view, live }: Source & Partial<Pick<Observed, 'view' | 'live'>>): Shown => ({
  name,
  hash: definition.hash,
  view: view ?? parseDomain(parse(definition.xml).root),
  live,
})

type RowParts = {
  readonly owner: Owner
  readonly known: Known
  readonly shown: Shown | undefined
  /** The look whose marker is believed; without one the marker stays as it was. */
  readonly marked: Observed | undefined
}

function rowOf({ owner, known, shown, marked }: RowParts): VmWrite {
  const was = known.vm
  const kept: Partial<Summary> = was?.summary ?? {}
  const { chosen, drift } = kept
  const isMarked = marked ? owner.ours : (kept.marked ?? false)
  const marker = owner.ours ? marked?.marker : undefined
  const isAdopted = marked ? marker?.adopted === true : kept.adopted === true
  return {
    id: owner.id,
    name: shown?.name ?? was?.name ?? '',
    title: shown ? (shown.view.title ?? null) : (was?.title ?? null),
    ...(shown ? sizeOf(shown.live ?? shown.view) : { memoryMiB: was?.memory_mib ?? 0, vcpus: was?.vcpus ?? 0 }),
    ownerCopy: owner.foreign ?? null,
    summary: shown
      ? {
          ...toSummary(shown.view, shown.live),
          marked: isMarked,
          ...(isAdopted && { adopted: true }),
          ...(chosen && { chosen }),
          ...(drift && { drift }),
        }
      : kept,
    definitionHash: shown?.hash ?? was?.definition_hash ?? null,
    scopes: was?.scopes ?? ['all'],
    gone: false,
    tags: marker?.tags ?? [],
    notes: marker?.notes ?? '',
    protected: marker?.protected ?? false,
  }
}
