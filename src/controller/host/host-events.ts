import type { Api, Dom, EventOf, Resync } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import type { Heard, News } from '../inventory/news.ts'
import { observe } from '../inventory/observation.ts'
import { knownUuids } from '../inventory/sighting-store.ts'
import { isProbe } from './probe-name.ts'

export const eventKinds = [
  'lifecycle',
  'metadataChange',
  'deviceAdded',
  'deviceRemoved',
  'diskChange',
  'trayChange',
  'poolLifecycle',
  'poolRefresh',
  'networkLifecycle',
] as const
export type HostEvent = EventOf<(typeof eventKinds)[number]>
/** `resync`: events may have been missed, so everything is listed. */
export type Told = HostEvent | Resync

/** What the events of one batch say about one domain; `look`: they do not say enough. */
type AboutDomain = { readonly dom: Dom; readonly heard: readonly Heard[]; readonly look: boolean }

/** The events of a batch by domain, in their order. Pure. */
export function byDomain(told: readonly HostEvent[]): AboutDomain[] {
  const found = new Map<string, { dom: Dom; heard: Heard[]; look: boolean }>()
  for (const one of told) {
    if (!('dom' in one) || isProbe(one.dom.name)) continue
    const entry = found.get(one.dom.uuid) ?? { dom: one.dom, heard: [], look: false }
    found.set(one.dom.uuid, entry)
    entry.dom = one.dom
    if (one.kind !== 'lifecycle') entry.look = true
    else if (one.event === 'defined' || one.event === 'undefined') entry.look = true
    else entry.heard.push({ event: one.event, detail: one.detail })
  }
  return [...found.values()]
}

type From = { readonly db: Kysely<Tables>; readonly call: Api; readonly host: HostId }

/** A batch of events as news: a domain is looked at where they do not say enough, or where it was never seen. */
export async function newsOf(told: readonly HostEvent[], { db, call, host }: From): Promise<News[]> {
  const about = byDomain(told)
  const known = await knownUuids(
    db,
    host,
    about.map(({ dom }) => dom.uuid),
  )
  return Promise.all(
    about.map(async ({ dom, heard, look }): Promise<News> => {
      const seen = look || !known.has(dom.uuid) ? ((await observe(call, dom)) ?? 'gone') : undefined
      const libvirtId = dom.id >= 0 ? dom.id : undefined
      return { uuid: dom.uuid, name: dom.name, heard, seen, libvirtId, because: 'event' }
    }),
  )
}
