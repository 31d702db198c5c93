import type {
  Connection,
  DialOptions,
  EventOptions,
  LibvirtStream,
  Sparse,
  SparseStream,
  StreamOptions,
  VolumeRange,
} from './contract.ts'
import { ConnectionLost } from './errors.ts'
import { Listeners } from './listeners.ts'
import type { Session } from './session.ts'
import { LibvirtDuplex } from './stream.ts'
import { calls, isStreamName, procedureNames, type Api, type CallOptions, type StreamName } from './table/calls.ts'
import type { EventKind, EventOf, Resync } from './table/events.ts'
import type { Dom, Vol } from './table/objects.ts'
import type { Target } from './target.ts'

/** How long `close()` waits for the daemon to say goodbye. */
const goodbyeMs = 1000

/** Of uploads and downloads alike: the stream carries holes. */
const sparseStream = 1
type VolumeStreamOptions = StreamOptions & VolumeRange & Partial<Sparse>

/** Opens another connection to the same target, with the same options but for those given. */
export type Redial = (options: DialOptions) => Promise<LibvirtConnection>

export class LibvirtConnection implements Connection {
  readonly target: Target
  readonly call: Api
  readonly closed: Promise<Error | undefined>
  readonly #session: Session
  readonly #redial: Redial
  readonly #listeners: Listeners

  constructor(session: Session, target: Target, redial: Redial, log: (line: string) => void) {
    this.#session = session
    this.target = target
    this.#redial = redial
    this.closed = session.closed
    this.call = apiOver((name, args, callOptions) => session.request(name, args, callOptions))
    this.#listeners = new Listeners(session, log)
  }

  get load(): Connection['load'] {
    return this.#session.gate.load
  }

  /** Another connection to the same target, owned by the caller. */
  dialAgain(options: DialOptions = {}): Promise<Connection> {
    return this.#redial(options)
  }

  /** Settles when every ordinary place is held by a call that nobody waits for any more. */
  choked(): Promise<void> {
    return new Promise((resolve) => (this.#session.onChoked = resolve))
  }

  /** No new calls: those that wait are sent elsewhere, and it closes when the last one under way is answered. */
  async retire(): Promise<void> {
    this.#session.gate.evict()
    await this.#session.idle()
    await this.close()
  }

  events<K extends EventKind>(kinds: readonly K[], options: EventOptions): AsyncIterable<EventOf<K> | Resync> {
    return this.#listeners.listen(kinds, options) as AsyncIterable<EventOf<K> | Resync>
  }

  async openConsole(
    dom: Dom,
    options: StreamOptions & { device?: string; flags?: number } = {},
  ): Promise<LibvirtStream> {
    const { device, flags } = options
    return (await this.#stream('domainOpenConsole', { dom, device, flags }, options)).stream
  }

  async openChannel(dom: Dom, options: StreamOptions & { name?: string; flags?: number } = {}): Promise<LibvirtStream> {
    const { name, flags } = options
    return (await this.#stream('domainOpenChannel', { dom, name, flags }, options)).stream
  }

  async screenshot(
    dom: Dom,
    options: StreamOptions & { screen?: number; flags?: number } = {},
  ): Promise<{ mime: string; stream: LibvirtStream }> {
    const { screen, flags } = options
    const { ret, stream } = await this.#stream('domainScreenshot', { dom, screen, flags }, options)
    return { mime: (ret as { mime?: string }).mime ?? 'application/octet-stream', stream }
  }

  volumeUpload(vol: Vol, options: StreamOptions & VolumeRange & Sparse): Promise<SparseStream>
  volumeUpload(vol: Vol, options?: StreamOptions & VolumeRange): Promise<LibvirtStream>
  volumeUpload(vol: Vol, options: VolumeStreamOptions = {}): Promise<LibvirtStream> {
    return this.#volume('storageVolUpload', vol, options)
  }

  volumeDownload(vol: Vol, options: StreamOptions & VolumeRange & Sparse): Promise<SparseStream>
  volumeDownload(vol: Vol, options?: StreamOptions & VolumeRange): Promise<LibvirtStream>
  volumeDownload(vol: Vol, options: VolumeStreamOptions = {}): Promise<LibvirtStream> {
    return this.#volume('storageVolDownload', vol, options)
  }

  async #volume(name: StreamName, vol: Vol, options: VolumeStreamOptions): Promise<LibvirtStream> {
    const { offset, length, flags = 0, sparse = false } = options
    const args = { vol, offset, length, flags: sparse ? flags | sparseStream : flags }
    return (await this.#stream(name, args, options)).stream
  }

  async close(): Promise<void> {
    if (!this.#session.ended) {
      await this.#session.request('connectClose', {}, { deadlineMs: goodbyeMs }).catch(() => {})
      this.#session.end(undefined)
    }
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #stream(
    name: StreamName,
    args: unknown,
    options: StreamOptions & { readonly sparse?: boolean },
  ): Promise<{ ret: unknown; stream: LibvirtDuplex }> {
    const call = { ...pick(options), sparse: options.sparse === true }
    if (options.shared === true) return LibvirtDuplex.open(this.#session, name, calls[name].stream, args, call)
    if (this.#session.ended) throw new ConnectionLost(`${name} was not sent: the connection is closed`, { sent: false })
    // No keepalive here: a slow reader must not be taken for a dead one.
    const own = await this.#redial({ ...pick(options), keepalive: false })
    try {
      const opened = await LibvirtDuplex.open(own.#session, name, calls[name].stream, args, call)
      opened.stream.once('close', () => void own.close())
      return opened
    } catch (error) {
      await own.close()
      throw error
    }
  }
}

function pick({ signal, deadlineMs }: StreamOptions): CallOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(deadlineMs === undefined ? {} : { deadlineMs }) }
}

/** Every call of the table as a method. */
export function apiOver(request: (name: keyof Api, args: unknown, options?: CallOptions) => Promise<unknown>): Api {
  const methods = procedureNames
    .filter((name) => !isStreamName(name))
    .map((name) => [name, (args?: unknown, options?: CallOptions) => request(name, args, options)])
  return Object.freeze(Object.fromEntries(methods)) as Api
}
