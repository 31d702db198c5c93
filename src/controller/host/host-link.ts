import {
  ConnectionLost,
  keepConnected,
  type Connection,
  type Api,
  type Dom,
  type EventOf,
  type Link,
  type LinkOptions,
  type Resync,
  type Target,
} from '@floe/libvirt'
import type { Kysely } from 'kysely'

import { messageOf } from '../../base/errors.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { Milliseconds } from '../../base/units.ts'
import type { Tables } from '../../db/tables.ts'
import type { HostFacts } from '../../domain/index.ts'
import { applyNews } from '../inventory/apply.ts'
import { inBatches } from '../inventory/batches.ts'
import type { Place } from '../inventory/known.ts'
import type { Heard, News } from '../inventory/news.ts'
import { observe, type Observed } from '../inventory/observation.ts'
import { listDomains, missedNews, type Unread } from '../inventory/relist.ts'
import { syncNetworks } from '../network/sync-networks.ts'
import { syncPools } from '../pool/sync-pools.ts'
import { domainOf } from './domain-of.ts'
import { isFirstListing, recordHostState, recordListing, writeFacts } from './host-store.ts'
import { isProbe } from './probe-name.ts'
import { readFigures, readFreeMemory, readHostFacts, type HostFigures } from './read-facts.ts'

const kinds = [
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
type Told = EventOf<(typeof kinds)[number]> | Resync

export type HostLinkOptions = {
  readonly db: Kysely<Tables>
  readonly id: HostId
  readonly name: string
  readonly copy: string
  readonly target: Target
  /** Slow re-list; default 5 min. */
  readonly relistMs?: Milliseconds
  readonly link?: Partial<LinkOptions>
  readonly onTrouble: (sentence: string, cause: unknown) => void
  /** Whose rows were just written. */
  readonly onApplied?: (vms: readonly VmId[]) => void
  /** After everything was listed. */
  readonly onListed?: () => void
  /** Domains that began or ceased to run, after the inventory has it. */
  readonly onRunning?: (news: { readonly started: readonly VmId[]; readonly stopped: readonly VmId[] }) => void
}

/** One host: its connection, and the flow of its events into the inventory. Everything that is written about the host
 *  goes through one queue, so rows of one host never race. */
export class HostLink implements AsyncDisposable {
  readonly id: HostId
  readonly link: Link
  readonly #o: HostLinkOptions
  readonly #place: Place
  readonly #end = new AbortController()
  readonly #pump: Promise<void>
  /** Events of libvirt that were taken in since this link was made. */
  eventsTaken = 0
  /** When it ceased to be connected, ms since the epoch; nothing while it is. */
  silentSince: number | undefined = Date.now()
  #turn: Promise<unknown> = Promise.resolve()
  #name: string
  /** False until the first whole listing, and again when something could not be written. */
  #listed = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HostLinkOptions) {
    this.#o = options
    this.id = options.id
    this.#name = options.name
    this.#place = { host: options.id, hostName: options.name, copy: options.copy }
    this.link = keepConnected(options.target, { ...options.link })
    this.link.onState((state) => {
      this.silentSince = state.state === 'up' ? undefined : (this.silentSince ?? Date.now())
      if (state.state === 'down') void this.#enqueue('note that it is silent', () => this.#recordDown(state.why))
    })
    this.#pump = this.#run()
    this.#plan(options.relistMs ?? 300_000)
  }

  get name(): string {
    return this.#name
  }

  get up(): boolean {
    return this.link.state.state === 'up' && this.#listed
  }

  get call(): Api {
    return this.link.call
  }

  async #run(): Promise<void> {
    const told = this.link.events(kinds, { signal: this.#end.signal, capacity: 50_000 })
    try {
      for await (const batch of inBatches<Told>(told, { waitMs: 20, most: 500 }))
        await this.#enqueue('take in its events', () => this.#takeIn(batch))
    } catch (error) {
      if (!this.#end.signal.aborted) this.#o.onTrouble(`Events of ${this.#name} ended`, error)
    }
  }

  async #takeIn(batch: readonly Told[]): Promise<void> {
    const heard = batch.filter((one) => one.kind !== 'resync')
    this.eventsTaken += heard.length
    if (heard.length < batch.length || !this.#listed) await this.#listAll()
    const news = await this.#newsOf(heard)
    if (news.length > 0) await this.#apply(news, heard.length)
    if (heard.some((one) => one.kind === 'poolLifecycle' || one.kind === 'poolRefresh')) await this.#syncStorage()
    if (heard.some((one) => one.kind === 'networkLifecycle')) await this.#syncNetworks()
  }

  async #newsOf(told: readonly Exclude<Told, Resync>[]): Promise<News[]> {
    const byDomain = new Map<string, { dom: Dom; heard: Heard[]; look: boolean }>()
    for (const one of told) {
      if (!('dom' in one) || isProbe(one.dom.name)) continue
      const entry = byDomain.get(one.dom.uuid) ?? { dom: one.dom, heard: [], look: false }
      byDomain.set(one.dom.uuid, entry)
      entry.dom = one.dom
      if (one.kind !== 'lifecycle') entry.look = true
      else if (one.event === 'defined' || one.event === 'undefined') entry.look = true
      else entry.heard.push({ event: one.event, detail: one.detail })
    }
    const known = await this.#knownUuids([...byDomain.keys()])
    return Promise.all(
      [...byDomain.values()].map(async ({ dom, heard, look }): Promise<News> => {
        const seen = look || !known.has(dom.uuid) ? ((await observe(this.call, dom)) ?? 'gone') : undefined
        return {
          uuid: dom.uuid,
          name: dom.name,
          heard,
          seen,
          libvirtId: dom.id >= 0 ? dom.id : undefined,
          because: 'event',
        }
      }),
    )
  }

  async #knownUuids(uuids: readonly string[]): Promise<Set<string>> {
    if (uuids.length === 0) return new Set()
    const rows = await this.#o.db
      .selectFrom('sighting')
      .select('uuid')
      .where('host_id', '=', this.id)
      .where('uuid', 'in', uuids)
      .execute()
    return new Set(rows.map((row) => row.uuid))
  }

  async #listAll(): Promise<void> {
    const first = await isFirstListing(this.#o.db, this.id)
    void this.figures().catch((error: unknown) => this.#trouble(`What ${this.#name} is could not be read`, error))
    const free = await readFreeMemory(this.call)
    const news = await listDomains(this.#o.db, this.call, this.id, first ? 'first' : 'list', this.#unread)
    for (let i = 0; i < news.length; i += 200) await this.#apply(news.slice(i, i + 200), 0)
    await recordListing(this.#o.db, this.#place, { memoryFreeBytes: free ?? null })
    this.#listed = true
    await this.#syncRest()
    this.#o.onListed?.()
  }

  async #apply(news: readonly News[], heard: number): Promise<void> {
    const applied = await applyNews(this.#o.db, this.#place, news, heard)
    this.#o.onApplied?.(applied.vms)
    if (applied.started.length + applied.stopped.length > 0) this.#o.onRunning?.(applied)
  }

  /** Networks and storage: a host whose storage cannot be read is up all the same. */
  async #syncRest(): Promise<void> {
    for (const [what, sync] of [['networks', syncNetworks] as const, ['storage', syncPools] as const]) {
      try {
        await sync(this.#o.db, this.call, this.#place)
      } catch (error) {
        if (error instanceof ConnectionLost) throw error
        this.#trouble(`The ${what} of ${this.#name} could not be read`, error)
      }
    }
  }

  readonly #unread: Unread = (name, error) => this.#trouble(`${name} on ${this.#name} could not be read`, error)

  async #syncStorage(): Promise<void> {
    await syncPools(this.#o.db, this.call, this.#place)
  }

  async #syncNetworks(): Promise<void> {
    await syncNetworks(this.#o.db, this.call, this.#place)
  }

  async #recordDown(why: string): Promise<void> {
    this.#listed = false
    await recordHostState(this.#o.db, this.#place, 'down', why)
  }

  /** Looks at everything again now; rejects when the host does not answer. */
  async refresh(): Promise<void> {
    await this.#enqueueOrThrow(() => this.#listAll())
    await this.figures()
  }

  /** What the host is, written to its row. Asked once a connection, and beside the queue: libvirt may take half a
   *  minute to find out what its QEMU can, and events must not wait for that. */
  figures(): Promise<HostFigures> {
    return this.#once('figures', async () => {
      const figures = await readFigures(this.call)
      await writeFacts(this.#o.db, this.id, figures)
      return figures
    })
  }

  /** What a builder of domain documents asks; once a connection, for the same reason. */
  facts(virtualization: 'kvm' | 'qemu'): Promise<HostFacts> {
    return this.#once(virtualization, () => readHostFacts(this.call, virtualization))
  }

  readonly #asked = new Map<string, { readonly on: Connection | undefined; readonly answer: Promise<unknown> }>()

  #once<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const on = this.link.connection()
    const known = this.#asked.get(what)
    if (known !== undefined && known.on === on) return known.answer as Promise<T>
    const answer = ask()
    this.#asked.set(what, { on, answer })
    answer.catch(() => this.#asked.delete(what))
    return answer
  }

  #trouble(sentence: string, cause: unknown): void {
    if (!this.#end.signal.aborted) this.#o.onTrouble(sentence, cause)
  }

  /** Looks at one domain now: some changes of a definition are announced late or not at all. */
  look(uuid: string): Promise<void> {
    return this.#enqueueOrThrow(async () => {
      const seen = await this.#lookNow(uuid)
      await this.#apply([{ uuid, name: seen === 'gone' ? '' : seen.name, heard: [], seen, because: 'event' }], 0)
    })
  }

  async #lookNow(uuid: string): Promise<Observed | 'gone'> {
    const dom = await domainOf(this.call, uuid)
    return (dom && (await observe(this.call, dom))) ?? 'gone'
  }

  /** Reads the storage again: libvirt announces no volumes. */
  refreshStorage(): Promise<void> {
    return this.#enqueueOrThrow(() => this.#syncStorage())
  }

  // What a re-list finds may only be on its way as an event: a second look tells.
  async #audit(): Promise<void> {
    if (!this.up) return
    const missed = await missedNews(this.#o.db, this.call, this.id, { signal: this.#end.signal, unread: this.#unread })
    await this.#enqueueOrThrow(async () => {
      // Once more in the queue: what was seen before it may be older than an event that was taken in meanwhile.
      const now = await Promise.all(missed.map(async (one) => ({ ...one, seen: await this.#lookNow(one.uuid) })))
      if (now.length > 0) await this.#apply(now, 0)
      const free = await readFreeMemory(this.call)
      await this.#syncRest()
      await recordListing(this.#o.db, this.#place, { memoryFreeBytes: free ?? null })
    })
  }

  #plan(everyMs: Milliseconds): void {
    this.#timer = setInterval(() => {
      this.#audit().catch((error: unknown) => this.#o.onTrouble(`${this.#name} could not be looked at again`, error))
    }, everyMs)
    this.#timer.unref()
  }

  #enqueueOrThrow<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => {})
    return turn
  }

  // A batch that could not be written is not lost: the next turn lists everything.
  async #enqueue(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.#enqueueOrThrow(work)
    } catch (error) {
      this.#listed = false
      if (this.#end.signal.aborted) return
      this.#o.onTrouble(`Floe could not ${what} (${this.#name}): ${messageOf(error)}`, error)
      this.#retryLater()
    }
  }

  #retry: NodeJS.Timeout | undefined
  #retryLater(): void {
    if (this.#retry !== undefined || this.#end.signal.aborted) return
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      if (this.link.state.state === 'up' && !this.#listed) void this.#enqueue('list it again', () => this.#listAll())
      else if (this.link.state.state === 'down')
        void this.#enqueue('note that it is silent', () => this.#recordDown((this.link.state as { why: string }).why))
    }, 1000)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    clearTimeout(this.#retry)
    this.#end.abort()
    await this.link.close()
    await this.#pump
    await this.#turn
  }
}
