import { difference, differenceLine, type Difference } from '../../domain/index.ts'
import type { Known, Place } from './known.ts'
import type { Heard, News } from './news.ts'
import type { Observed } from './observation.ts'
import { stateAfter } from './state-words.ts'
import type { Owner } from './vm-owner.ts'

/** A change in words, before it is known under which VM and which task it is written. */
export type ChangeDraft = {
  readonly kind: string
  readonly title: string
  readonly author: 'known' | 'outside' | 'floe'
  readonly differences?: readonly Difference[]
  readonly state?: string
}

export type Author = ChangeDraft['author']

const stateTitles: Readonly<Record<string, string>> = {
  running: 'Started',
  paused: 'Paused',
  shutoff: 'Stopped',
  crashed: 'Crashed',
  pmsuspended: 'Suspended by its guest',
  shutdown: 'Shutting down',
  blocked: 'Waits for I/O',
  nostate: 'Without a state',
}

/** The state that the events of a batch lead to, with a change for each step on the way. */
export function followEvents(
  news: News,
  was: { readonly state: string; readonly reason: string | null },
  by: Author,
  place: Place,
): { readonly state: string; readonly reason: string | null; readonly changes: readonly ChangeDraft[] } {
  let { state, reason } = was
  const changes: ChangeDraft[] = []
  for (const heard of news.heard) {
    const next = stateAfter(heard.event, heard.detail)
    if (next === undefined || (next.state === state && next.reason === reason)) continue
    // libvirt says so at every start, just before "started"
    if (heard.event === 'resumed' && !['paused', 'pmsuspended'].includes(state)) continue
    ;({ state, reason } = next)
    changes.push({ kind: `vm.${heard.event}`, title: titleOf(heard, place), author: by, state })
  }
  return { state, reason, changes }
}

/** A state that a look found and no event of the batch had told; nothing where they agree. */
export function untoldState(seen: Observed, told: string, by: Author): ChangeDraft[] {
  if (seen.state === told) return []
  const title = `${stateTitles[seen.state] ?? seen.state}${seen.reason ? ` (${seen.reason})` : ''}`
  return [{ kind: 'vm.state', title, author: by, state: seen.state }]
}

/** What it was found as, or how it came. */
export function arrival(news: News, seen: Observed, place: Place, by: Author): ChangeDraft[] {
  if (news.because === 'first')
    return [
      { kind: 'vm.adopted', title: `Found on ${place.hostName}; it is not touched`, author: 'floe', state: seen.state },
    ]
  const how = seen.persistent ? 'Defined' : 'Started without a definition'
  return [{ kind: 'vm.defined', title: `${how} on ${place.hostName}`, author: by, state: seen.state }]
}

function titleOf({ event, detail }: Heard, place: Place): string {
  switch (event) {
    case 'started':
      return detail === 'booted' ? `Started on ${place.hostName}` : `Started on ${place.hostName} (${detail})`
    case 'stopped':
      return (
        {
          shutdown: 'Shut down',
          destroyed: 'Powered off',
          crashed: 'Stopped: it crashed',
          saved: 'Saved',
          failed: 'Stopped: its QEMU ended',
          migrated: 'Moved away',
        }[detail] ?? `Stopped (${detail})`
      )
    case 'suspended':
      return detail === 'ioerror' ? 'Paused: an I/O error' : detail === 'paused' ? 'Paused' : `Paused (${detail})`
    case 'resumed':
      return 'Resumed'
    case 'shutdown':
      return detail === 'guest' ? 'Its guest shuts down' : 'Shutting down'
    case 'crashed':
      return 'Crashed'
    case 'pmsuspended':
      return 'Suspended by its guest'
    default:
      return `${event} (${detail})`
  }
}

/** An edit of the definition. libvirt writes some definitions in another order after a start; what means the same is
 *  no change. */
export function redefinition(seen: Observed, known: Known, by: Author): ChangeDraft | undefined {
  const was = known.sighting?.definition_hash
  if (was == null || was === seen.definition.hash) return undefined
  if (known.sighting?.persistent !== seen.persistent) return undefined // one is the live XML, the other the inactive one
  const differences = known.definition === undefined ? [] : difference(known.definition.xml, seen.definition.xml)
  if (known.definition !== undefined && differences.length === 0) return undefined
  return { kind: 'vm.redefined', title: editTitle(differences.map(differenceLine)), author: by, differences }
}

/** Both where there are two: with more, the first and how many. */
function editTitle([first, ...more]: readonly string[]): string {
  if (first === undefined) return 'Defined anew'
  return more.length < 2 ? [first, ...more].join('; ') : `${first}, and ${more.length} more changes`
}

/** What a look shows beside state and definition. */
export function smallDifferences(seen: Observed, known: Known, by: Author): ChangeDraft[] {
  const { sighting } = known
  if (sighting === undefined) return []
  const drafts: ChangeDraft[] = []
  if (sighting.autostart !== seen.autostart)
    drafts.push({
      kind: 'vm.autostart',
      title: seen.autostart ? 'Starts with its host' : 'Starts with its host no more',
      author: by,
    })
  if (sighting.persistent !== seen.persistent)
    drafts.push({
      kind: 'vm.persistence',
      title: seen.persistent ? 'Has a definition now' : 'Its definition was removed; it is gone when it stops',
      author: by,
    })
  return drafts
}

/** The marker is no part of the definition, but whose VM it is decides what can be done with it. */
export function ownerChange(known: Known, { foreign }: Owner, by: Author): ChangeDraft[] {
  if (known.vm === undefined || known.vm.owner_copy === (foreign ?? null)) return []
  const title = foreign === undefined ? 'Taken over from another Floe' : 'Taken over by another Floe'
  return [{ kind: 'vm.owner', title, author: by }]
}
