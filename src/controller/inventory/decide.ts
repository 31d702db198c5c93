import { newId, type VmId } from '../../base/ids.ts'
import { difference, differenceLine, type Difference } from '../../domain/index.ts'
import type { Known, Place, VmWrite } from './known.ts'
import type { Observed } from './observation.ts'
import { stateAfter } from './state-words.ts'
import { toSummary, type Summary } from './summary.ts'

export type Heard = { readonly event: string; readonly detail: string }

/** All that one batch says about one domain: the events in their order, and how it was seen after the last of them
 *  (`gone`: the host has it no more; nothing: nobody looked, because the events say enough). */
export type News = {
  readonly uuid: string
  readonly name: string
  readonly heard: readonly Heard[]
  readonly seen: Observed | 'gone' | undefined
  /** libvirt's running number as the last event has it. */
  readonly libvirtId?: number | undefined
  /** `first`: the host's first listing; `list`: a later one, so what differs was missed; `event`: libvirt announced it. */
  readonly because: 'event' | 'first' | 'list'
}

export type SightingWrite = {
  readonly state: string
  readonly reason: string | null
  readonly name: string
  readonly persistent: boolean
  readonly autostart: boolean
  readonly libvirtId: number | null
  readonly definitionHash: string | null
  /** Null when it does not run; `now` where it began to run with this batch. */
  readonly active: 'since before' | 'now' | null
}

export type ChangeDraft = {
  readonly kind: string
  readonly title: string
  readonly author: 'known' | 'outside' | 'floe'
  readonly differences?: readonly Difference[]
  readonly state?: string
}

export type Decision = {
  readonly vmId: VmId
  readonly sighting: SightingWrite | 'gone' | undefined
  readonly vm: VmWrite | undefined
  readonly definition: { readonly hash: string; readonly xml: string } | undefined
  readonly changes: readonly ChangeDraft[]
  /** What no event had told. */
  readonly repaired: number
  /** A change from outside to a definition: stays marked until someone keeps it. */
  readonly drift: string | undefined
}

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

/** What a batch's news about one domain changes. Pure: facts in, rows and changes out. */
export function decide(news: News, known: Known, place: Place): Decision | undefined {
  const { seen } = news
  if (known.sighting === undefined && (seen === undefined || seen === 'gone')) return undefined // came and went within one batch
  const changes: ChangeDraft[] = []
  const by: ChangeDraft['author'] = news.because === 'first' ? 'floe' : known.lock ? 'known' : 'outside'
  const vm = ownerOf(known, seen === 'gone' ? undefined : seen, place)
  let state = known.sighting?.state ?? 'shutoff'
  let reason = known.sighting?.reason ?? null

  if (known.sighting === undefined && typeof seen === 'object') changes.push(...arrival(news, seen, place, by))
  for (const heard of news.heard) {
    const next = stateAfter(heard.event, heard.detail)
    if (next === undefined || (next.state === state && next.reason === reason)) continue
    if (heard.event === 'resumed' && !['paused', 'pmsuspended'].includes(state))
      continue // libvirt says so at every start, just before "started"
    ;({ state, reason } = next)
    changes.push({ kind: `vm.${heard.event}`, title: titleOf(heard, place), author: by, state })
  }
  const told = changes.length
  if (typeof seen === 'object') {
    if (seen.state !== state && known.sighting !== undefined)
      changes.push({
        kind: 'vm.state',
        title: `${stateTitles[seen.state] ?? seen.state}${seen.reason ? ` (${seen.reason})` : ''}`,
        author: by,
        state: seen.state,
      })
    ;({ state, reason } = seen)
  }

  const redefined = typeof seen === 'object' ? redefinition(seen, known, by) : undefined
  if (redefined) changes.push(redefined)
  if (typeof seen === 'object' && known.sighting !== undefined) {
    changes.push(...smallDifferences(seen, known, by))
    const owner = ownerChange(known, vm, by)
    if (owner) changes.push(owner)
  }

  const gone = seen === 'gone' || (known.sighting?.persistent === false && state === 'shutoff' && seen === undefined)
  if (gone) changes.push({ kind: 'vm.removed', title: `Removed from ${place.hostName}`, author: by })

  const drifted = by === 'outside' && !vm.foreign ? redefined?.title : undefined
  return {
    vmId: vm.id,
    sighting: gone ? 'gone' : sightingOf(news, known, state, reason),
    vm: gone || typeof seen === 'object' ? vmOf(vm, seen, known, gone) : undefined,
    definition: typeof seen === 'object' ? seen.definition : undefined,
    changes,
    repaired: news.because === 'list' ? changes.length - told + (known.sighting === undefined ? told : 0) : 0,
    drift: drifted,
  }
}

type Owner = {
  readonly id: VmId
  readonly fresh: boolean
  readonly foreign: string | undefined
  readonly ours: boolean
}

// The marker is believed only where it cannot be a copy: a domain cloned outside carries its model's marker under another UUID.
function ownerOf(known: Known, seen: Observed | undefined, place: Place): Owner {
  const marker = known.markerCopied ? undefined : seen?.marker
  const foreign =
    marker && marker.floe !== place.copy ? marker.floe : marker ? undefined : (known.vm?.owner_copy ?? undefined)
  if (known.vm) return { id: known.vm.id, fresh: false, foreign, ours: marker?.floe === place.copy }
  if (marker && marker.floe === place.copy)
    return { id: marker.id as VmId, fresh: true, foreign: undefined, ours: true }
  return { id: newId<VmId>(), fresh: true, foreign, ours: false }
}

// The marker is no part of the definition, but whose VM it is decides what can be done with it.
function ownerChange(known: Known, { foreign }: Owner, by: ChangeDraft['author']): ChangeDraft | undefined {
  if (known.vm === undefined || known.vm.owner_copy === (foreign ?? null)) return undefined
  const title = foreign === undefined ? 'Taken over from another Floe' : 'Taken over by another Floe'
  return { kind: 'vm.owner', title, author: by }
}

function arrival(news: News, seen: Observed, place: Place, by: ChangeDraft['author']): ChangeDraft[] {
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

// libvirt writes some definitions in another order after a start; what means the same is no change.
function redefinition(seen: Observed, known: Known, by: ChangeDraft['author']): ChangeDraft | undefined {
  const was = known.sighting?.definition_hash
  if (was == null || was === seen.definition.hash) return undefined
  if (known.sighting?.persistent !== seen.persistent) return undefined // one is the live XML, the other the inactive one
  const differences = known.definitionXml === undefined ? [] : difference(known.definitionXml, seen.definition.xml)
  if (known.definitionXml !== undefined && differences.length === 0) return undefined
  const [first, ...more] = differences.map(differenceLine)
  const title = first === undefined ? 'Defined anew' : more.length === 0 ? first : `${first}, and ${more.length} more`
  return { kind: 'vm.redefined', title, author: by, differences }
}

function smallDifferences(seen: Observed, known: Known, by: ChangeDraft['author']): ChangeDraft[] {
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

function sightingOf(news: News, known: Known, state: string, reason: string | null): SightingWrite {
  const { seen, heard } = news
  const runs = !['shutoff', 'crashed'].includes(state)
  const began = heard.some((one) => one.event === 'started')
  const active = runs ? (began || known.sighting?.active_since == null ? 'now' : 'since before') : null
  if (typeof seen === 'object')
    return {
      state,
      reason,
      name: seen.name,
      persistent: seen.persistent,
      autostart: seen.autostart,
      libvirtId: seen.libvirtId,
      definitionHash: seen.definition.hash,
      active,
    }
  const { name, persistent, autostart, libvirt_id, definition_hash } = known.sighting!
  return {
    state,
    reason,
    name,
    persistent,
    autostart,
    libvirtId: runs ? (news.libvirtId ?? libvirt_id) : null,
    definitionHash: definition_hash,
    active,
  }
}

function vmOf(owner: Owner, seen: News['seen'], known: Known, gone: boolean): VmWrite {
  const was = known.vm
  const view = typeof seen === 'object' ? seen : undefined
  const marker = owner.ours ? view?.marker : undefined
  const kept = (was?.summary ?? {}) as Partial<Summary>
  const { chosen, drift } = kept
  return {
    id: owner.id,
    name: view?.name ?? was?.name ?? '',
    title: view?.view.title ?? (view ? null : (was?.title ?? null)),
    memoryMiB: view?.view.memoryMiB ?? was?.memory_mib ?? 0,
    vcpus: view?.view.vcpus?.max ?? was?.vcpus ?? 0,
    ownerCopy: owner.foreign ?? null,
    summary: view
      ? { ...toSummary(view.view), marked: owner.ours, ...(chosen && { chosen }), ...(drift && { drift }) }
      : kept,
    definitionHash: view?.definition.hash ?? was?.definition_hash ?? null,
    scopes: was?.scopes ?? ['all'],
    gone: gone && (was?.elsewhere.length ?? 0) === 0,
    tags: marker?.tags ?? [],
    notes: marker?.notes ?? '',
    protected: marker?.protected ?? false,
  }
}
