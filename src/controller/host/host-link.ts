import { keepConnected, type Api, type Link, type LinkOptions, type Target } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import { messageOf } from '../../base/errors.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { Milliseconds } from '../../base/units.ts'
import type { Tables } from '../../db/tables.ts'
import type { HostFacts } from '../../domain/index.ts'
import { inBatches } from '../inventory/batches.ts'
import type { Place } from '../inventory/known.ts'
import { eventKinds, type Told } from './host-events.ts'
import { HostPicture } from './host-picture.ts'
import { HostQueue } from './host-queue.ts'
import { recordHostState, writeFacts } from './host-store.ts'
import { OncePerConnection } from './once-per-connection.ts'
import { readFigures, readHostFacts, type HostFigures } from './read-facts.ts'

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

/** One host: its connection, and the flow of its events into the inventory. What is written about its
 *  state, VMs, networks and storage goes through one queue, so rows of one host never race; what it is, beside it. */
export class HostLink implements AsyncDisposable {
  readonly id: HostId
  readonly name: string
  readonly link: Link
  readonly #o: HostLinkOptions
  readonly #place: Place
  readonly #end = new AbortController()
  readonly #pump: Promise<void>
  /** Events of libvirt that were taken in since this link was made. */
  eventsTaken = 0
  /** When it ceased to be connected, ms since the epoch; nothing while it is. */
  silentSince: number | undefined = Date.now()
  readonly #queue = new HostQueue()
  readonly #known: OncePerConnection
  readonly #picture: HostPicture
  /** False until the first whole listing, and again when something could not be written. */
  #listed = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: HostLinkOptions) {
    this.#o = options
    this.id = options.id
    this.name = options.name
    this.#place = { host: options.id, hostName: options.name, copy: options.copy }
    this.link = keepConnected(options.target, { ...options.link })
    this.#known = new OncePerConnection(this.link)
    const { db, onApplied, onRunning } = options
    const onTrouble = (sentence: string, cause: unknown): void => this.#trouble(sentence, cause)
    this.#picture = new HostPicture({ db, place: this.#place, call: this.link.call, onTrouble, onApplied, onRunning })
    this.link.onState((state) => {
      this.silentSince = state.state === 'up' ? undefined : (this.silentSince ?? Date.now())
      if (state.state === 'down') void this.#enqueue('note that it is silent', () => this.#recordDown(state.why))
    })
    this.#pump = this.#run()
    this.#plan(options.relistMs ?? 300_000)
  }

  get up(): boolean {
    return this.link.state.state === 'up' && this.#listed
  }

  get call(): Api {
    return this.link.call
  }

  async #run(): Promise<void> {
    const told = this.link.events(eventKinds, { signal: this.#end.signal, capacity: 50_000 })
    try {
      for await (const batch of inBatches<Told>(told, { waitMs: 20, most: 500 }))
        await this.#enqueue('take in its events', () => this.#takeIn(batch))
    } catch (error) {
      this.#trouble(`Events of ${this.name} ended`, error)
    }
  }

  async #takeIn(batch: readonly Told[]): Promise<void> {
    const heard = batch.filter((one) => one.kind !== 'resync')
    this.eventsTaken += heard.length
    if (heard.length < batch.length || !this.#listed) await this.#listAll()
    await this.#picture.takeIn(heard)
  }

  async #listAll(): Promise<void> {
    void this.figures().catch((error: unknown) => this.#trouble(`What ${this.name} is could not be read`, error))
    await this.#picture.listAll()
    this.#listed = true
    await this.#picture.readRest()
    this.#o.onListed?.()
  }

  async #recordDown(why: string): Promise<void> {
    this.#listed = false
    await recordHostState(this.#o.db, this.#place, 'down', why)
  }

  /** Looks at everything again now; rejects when the host does not answer. */
  async refresh(): Promise<void> {
    await this.#queue.add(() => this.#listAll())
    await this.figures()
  }

  /** What the host is, written to its row. Asked once a connection, and beside the queue: libvirt may take half a
   *  minute to find out what its QEMU can, and events must not wait for that. */
  figures(): Promise<HostFigures> {
    return this.#known.ask('figures', async () => {
      const figures = await readFigures(this.call)
      await writeFacts(this.#o.db, this.id, figures)
      return figures
    })
  }

  /** What a builder of domain documents asks; once a connection, for the same reason. */
  facts(virtualization: 'kvm' | 'qemu'): Promise<HostFacts> {
    return this.#known.ask(virtualization, () => readHostFacts(this.call, virtualization))
  }

  #trouble(sentence: string, cause: unknown): void {
    if (!this.#end.signal.aborted) this.#o.onTrouble(sentence, cause)
  }

  /** Looks at one domain now: some changes of a definition are announced late or not at all. */
  look(uuid: string): Promise<void> {
    return this.#queue.add(() => this.#picture.look(uuid))
  }

  /** Reads the storage again: libvirt announces no volumes. */
  refreshStorage(): Promise<void> {
    return this.#queue.add(() => this.#picture.readStorage())
  }

  // What a re-list finds may only be on its way as an event: a second look tells.
  async #audit(): Promise<void> {
    if (!this.up) return
    const missed = await this.#picture.missed(this.#end.signal)
    await this.#queue.add(() => this.#picture.repair(missed))
  }

  #plan(everyMs: Milliseconds): void {
    this.#timer = setInterval(() => {
      this.#audit().catch((error: unknown) => this.#trouble(`${this.name} could not be looked at again`, error))
    }, everyMs)
    this.#timer.unref()
  }

  // A batch that could not be written is not lost: the next turn lists everything.
  async #enqueue(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await this.#queue.add(work)
    } catch (error) {
      this.#listed = false
      if (this.#end.signal.aborted) return
      this.#o.onTrouble(`Floe could not ${what} (${this.name}): ${messageOf(error)}`, error)
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
    await this.#queue.ended()
  }
}
