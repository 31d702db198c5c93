import { ConnectionLost, type Api } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import type { VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { applyNews } from '../inventory/apply.ts'
import type { Place } from '../inventory/known.ts'
import type { News } from '../inventory/news.ts'
import { observe, type Observed } from '../inventory/observation.ts'
import { listDomains, missedNews, type Unread } from '../inventory/relist.ts'
import { syncNetworks } from '../network/sync-networks.ts'
import { syncPools } from '../pool/sync-pools.ts'
import { domainOf } from './domain-of.ts'
import { newsOf, type HostEvent } from './host-events.ts'
import { isFirstListing, recordListing } from './host-store.ts'
import { readFreeMemory } from './read-facts.ts'

export type HostPictureOptions = {
  readonly db: Kysely<Tables>
  readonly place: Place
  readonly call: Api
  readonly onTrouble: (sentence: string, cause: unknown) => void
  /** Whose rows were just written. */
  readonly onApplied?: ((vms: readonly VmId[]) => void) | undefined
  /** Domains that began or ceased to run, after the inventory has it. */
  readonly onRunning?:
    | ((news: { readonly started: readonly VmId[]; readonly stopped: readonly VmId[] }) => void)
    | undefined
}

/** The inventory's picture of one host: what is read there and written down. Its owner lets one method run at a time;
 *  each rejects with what the host's calls and the database reject with. */
export class HostPicture {
  readonly #o: HostPictureOptions

  constructor(options: HostPictureOptions) {
    this.#o = options
  }

  /** Writes what a batch of events tells. */
  async takeIn(heard: readonly HostEvent[]): Promise<void> {
    const { db, call, place } = this.#o
    const news = await newsOf(heard, { db, call, host: place.host })
    if (news.length > 0) await this.#apply(news, heard.length)
    if (heard.some((one) => one.kind === 'poolLifecycle' || one.kind === 'poolRefresh')) await this.readStorage()
    if (heard.some((one) => one.kind === 'networkLifecycle')) await syncNetworks(db, call, place)
  }

  /** Reads every domain. From then on the host is up. */
  async listAll(): Promise<void> {
    const { db, call, place } = this.#o
    const free = await readFreeMemory(call)
    const because = (await isFirstListing(db, place.host)) ? 'first' : 'list'
    const news = await listDomains(db, call, place.host, because, this.#unread)
    for (let i = 0; i < news.length; i += 200) await this.#apply(news.slice(i, i + 200), 0)
    await recordListing(db, place, { memoryFreeBytes: free ?? null })
  }

  /** Networks and storage: a host whose storage cannot be read is up all the same. */
  async readRest(): Promise<void> {
    const { db, call, place, onTrouble } = this.#o
    for (const [what, sync] of [['networks', syncNetworks] as const, ['storage', syncPools] as const]) {
      try {
        await sync(db, call, place)
      } catch (error) {
        if (error instanceof ConnectionLost) throw error
        onTrouble(`The ${what} of ${place.hostName} could not be read`, error)
      }
    }
  }

  /** libvirt announces no volumes. */
  readStorage(): Promise<void> {
    const { db, call, place } = this.#o
    return syncPools(db, call, place)
  }

  /** Reads one domain. */
  async look(uuid: string): Promise<void> {
    const seen = await this.#lookNow(uuid)
    await this.#apply([{ uuid, name: seen === 'gone' ? '' : seen.name, heard: [], seen, because: 'event' }], 0)
  }

  /** What no event told, as far as a second look a second later confirms it. Writes nothing: others may write meanwhile. */
  missed(signal: AbortSignal): Promise<News[]> {
    const { db, call, place } = this.#o
    return missedNews(db, call, place.host, { signal, unread: this.#unread })
  }

  /** Writes what was missed, and what no event can tell. Looks once more, since what was seen before may be older than
   *  an event that was taken in meanwhile. */
  async repair(missed: readonly News[]): Promise<void> {
    const { db, call, place } = this.#o
    const now = await Promise.all(missed.map(async (one) => ({ ...one, seen: await this.#lookNow(one.uuid) })))
    if (now.length > 0) await this.#apply(now, 0)
    const free = await readFreeMemory(call)
    await this.readRest()
    await recordListing(db, place, { memoryFreeBytes: free ?? null })
  }

  async #lookNow(uuid: string): Promise<Observed | 'gone'> {
    const dom = await domainOf(this.#o.call, uuid)
    return (dom && (await observe(this.#o.call, dom))) ?? 'gone'
  }

  async #apply(news: readonly News[], heard: number): Promise<void> {
    const applied = await applyNews(this.#o.db, this.#o.place, news, heard)
    this.#o.onApplied?.(applied.vms)
    if (applied.started.length + applied.stopped.length > 0) this.#o.onRunning?.(applied)
  }

  readonly #unread: Unread = (name, error) =>
    this.#o.onTrouble(`${name} on ${this.#o.place.hostName} could not be read`, error)
}
