import { ConnectionLost, DeadlineExceeded, LibvirtError } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import { apiError } from '../../api/index.ts'
import { isFloeError, messageOf } from '../../base/errors.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { HostLink, type HostLinkOptions } from './host-link.ts'
import { listHosts, type HostRow } from './host-store.ts'
import { parseHostUri } from './host-uri.ts'

export type HostsOptions = Pick<HostLinkOptions, 'db' | 'copy' | 'onTrouble' | 'relistMs' | 'link'> & {
  readonly onApplied: (vms: readonly VmId[]) => void
  /** After a host was connected and listed whole. */
  readonly onListed: (host: HostLink) => void
  readonly onRunning: (
    host: HostLink,
    news: { readonly started: readonly VmId[]; readonly stopped: readonly VmId[] },
  ) => void
}

/** libvirtd restarts in a second; a link that failed tries again within 250 ms to a few seconds. */
const patienceMs = 15_000

/** The hosts that this controller holds a connection to. */
export class Hosts implements AsyncDisposable {
  readonly #links = new Map<HostId, HostLink>()
  readonly #o: HostsOptions

  constructor(options: HostsOptions) {
    this.#o = options
  }

  get db(): Kysely<Tables> {
    return this.#o.db
  }

  /** Links every host of the database. A URI that can no longer be read is told and left out. */
  async start(): Promise<void> {
    for (const row of await listHosts(this.#o.db, ['all'])) {
      try {
        this.link(row)
      } catch (error) {
        this.#o.onTrouble(`${row.name} cannot be reached at ${row.uri}`, error)
      }
    }
  }

  /** The link of a host; begins one when there is none. Throws `uri_refused`. */
  link(row: Pick<HostRow, 'id' | 'name' | 'uri'>): HostLink {
    const known = this.#links.get(row.id)
    if (known) return known
    const { target } = parseHostUri(row.uri)
    const { onListed, onRunning, ...rest } = this.#o
    const link: HostLink = new HostLink({
      ...rest,
      id: row.id,
      name: row.name,
      target,
      onListed: () => onListed(link),
      onRunning: (news) => onRunning(link, news),
    })
    this.#links.set(row.id, link)
    return link
  }

  /** Ends the link of a host that is no more. */
  async unlink(id: HostId): Promise<void> {
    const link = this.#links.get(id)
    this.#links.delete(id)
    await link?.[Symbol.asyncDispose]()
  }

  all(): readonly HostLink[] {
    return [...this.#links.values()]
  }

  find(id: HostId): HostLink | undefined {
    return this.#links.get(id)
  }

  /** The link of a host that answers. Throws `host_unreachable`. */
  reach(id: HostId): HostLink {
    const link = this.#links.get(id)
    if (link?.link.state.state === 'up') return link
    const state = link?.link.state
    throw apiError('host_unreachable', {
      host: link?.name ?? id,
      why: state && 'why' in state && state.why ? state.why : 'it is not connected',
    })
  }

  /** The same, but waits for one that is only just connecting or has only just gone silent, so that a task outlasts a
   *  restart of the controller or of libvirtd. Throws `host_unreachable`, and the signal's reason. */
  async soon(id: HostId, signal?: AbortSignal): Promise<HostLink> {
    const link = this.#links.get(id)
    const leftMs = link?.silentSince === undefined ? 0 : link.silentSince + patienceMs - Date.now()
    if (link === undefined || leftMs <= 0) return this.reach(id)
    const patience = AbortSignal.timeout(leftMs)
    try {
      await link.link.up(signal ? AbortSignal.any([signal, patience]) : patience)
    } catch {
      signal?.throwIfAborted()
    }
    return this.reach(id)
  }

  /** Runs something on a host; what libvirt or the line refuses becomes a sentence: `about` fills "VM was not VERB".
   *  The signal ends the wait for a host that is just away; a call that is out is `run`'s own to end. */
  async on<T>(
    id: HostId,
    about: { readonly vm: string; readonly verb: string },
    run: (link: HostLink) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const link = await this.soon(id, signal)
    signal?.throwIfAborted()
    try {
      return await run(link)
    } catch (error) {
      throw hostError(error, link.name, about)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link[Symbol.asyncDispose]()))
    this.#links.clear()
  }
}

/** What a call to a host threw, as a refusal in words; anything else as it is. */
export function hostError(
  error: unknown,
  host: string,
  about: { readonly vm: string; readonly verb: string },
): unknown {
  if (isFloeError(error)) return error
  if (error instanceof ConnectionLost) return apiError('host_unreachable', { host, why: messageOf(error) }, error)
  if (error instanceof DeadlineExceeded)
    return apiError('host_silent', { host, seconds: Math.round(error.deadlineMs / 1000) }, error)
  if (!(error instanceof LibvirtError)) return error
  if (/no space left|ENOSPC/i.test(error.message))
    return apiError('disk_full', { what: `${about.vm} on ${host}` }, error)
  return apiError('domain_wrong', { ...about, host, why: error.message }, error)
}
