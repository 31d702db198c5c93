import type { VmId } from '../../base/ids.ts'
import {
  arrival,
  followEvents,
  ownerChange,
  redefinition,
  smallDifferences,
  untoldState,
  type Author,
  type ChangeDraft,
} from './change-drafts.ts'
import type { Known, Place, VmWrite } from './known.ts'
import type { News } from './news.ts'
import { sightingAfter, type SightingWrite } from './sighting-after.ts'
import { ownerOf } from './vm-owner.ts'
import { isLeading, vmAfter } from './vm-row.ts'

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

/** What a batch's news about one domain changes. Pure: facts in, rows and changes out. */
export function decide(news: News, known: Known, place: Place): Decision | undefined {
  const was = known.sighting
  const seen = typeof news.seen === 'object' ? news.seen : undefined
  if (was === undefined && seen === undefined) return undefined // came and went within one batch
  const by: Author = news.because === 'first' ? 'floe' : known.lock ? 'known' : 'outside'
  const owner = ownerOf(known, seen, place)
  const came = was === undefined && seen ? arrival(news, seen, place, by) : []
  const told = followEvents(news, { state: was?.state ?? 'shutoff', reason: was?.reason ?? null }, by, place)
  const { state, reason } = seen ?? told
  const redefined = seen && redefinition(seen, known, by)
  const gone = news.seen === 'gone' || (was?.persistent === false && state === 'shutoff' && seen === undefined)
  const sighting = gone ? 'gone' : sightingAfter(news, known, state, reason)
  const leads = isLeading(sighting, known, place)
  const ended = news.heard.some((one) => one.event === 'stopped')

  const found: ChangeDraft[] = []
  if (seen && was) found.push(...untoldState(seen, told.state, by))
  if (redefined) found.push(redefined)
  if (seen && was) found.push(...smallDifferences(seen, known, by), ...(leads ? ownerChange(known, owner, by) : []))
  if (gone) found.push({ kind: 'vm.removed', title: `Removed from ${place.hostName}`, author: by })
  const changes = [...came, ...told.changes, ...found]
  const missed = was === undefined ? changes : found
  return {
    vmId: owner.id,
    sighting,
    vm: vmAfter({ owner, seen, known, sighting, leads, ended }),
    definition: seen?.definition,
    changes,
    repaired: news.because === 'list' ? missed.length : 0,
    drift: by === 'outside' && !owner.foreign ? redefined?.title : undefined,
  }
}
