import type { Duplex } from 'node:stream'

import type { Api } from './table/calls.ts'
import type { EventKind, EventOf, Resync } from './table/events.ts'
import type { Dom, Vol } from './table/objects.ts'
import type { Target } from './target.ts'

export type Keepalive = { readonly intervalMs: number; readonly count: number }

export type DialOptions = {
  /** Ends the dialling; an open connection is ended with `close()`. */
  readonly signal?: AbortSignal
  /** For the whole handshake, and the deadline of a call that brings none. Default 10,000 ms. */
  readonly deadlineMs?: number
  /** Calls under way at once. The daemon stops reading at its `max_client_requests` (default 5), pings included, so
   *  the window stays one below: default 4. One of them is kept for control calls. */
  readonly window?: number
  /** Default 5 s × 5; `false` where something else watches the connection. */
  readonly keepalive?: Keepalive | false
  readonly log?: (line: string) => void
}

export type EventOptions = {
  /** Ends the iteration and takes the listener away. */
  readonly signal: AbortSignal
  /** Events that may wait for a slow listener; beyond it they are dropped for one `resync`. Default 10,000. */
  readonly capacity?: number
}

export type StreamOptions = {
  readonly signal?: AbortSignal
  /** For opening the stream; the bytes have no deadline. */
  readonly deadlineMs?: number
  /** Runs the bytes over this connection and not over one of their own: a slow reader then stalls every call on it. */
  readonly shared?: boolean
}

/** Bytes to or from libvirt with backpressure. `end()` finishes an upload; `finished` settles when the daemon confirmed
 *  that everything arrived (or refused it), `destroy()` aborts. */
export interface LibvirtStream extends Duplex {
  readonly finished: Promise<void>
}

/** So many bytes of zeros, which a sparse stream does not carry. */
export type Hole = { readonly hole: bigint }

/** A stream in object mode: reads and writes bytes and holes, in their order. */
export interface SparseStream extends LibvirtStream {
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer | Hole>
}

/** One connection to one libvirt daemon. Ends with `close()` or `await using`. */
export interface Connection extends AsyncDisposable {
  readonly target: Target
  /** Every call of the table: `connection.call.domainGetInfo({ dom }, { signal, deadlineMs })`.
   *  Rejects with LibvirtError (refused), DeadlineExceeded, ConnectionLost, XdrError, or the signal's reason. */
  readonly call: Api
  /** Settles once, never rejects: the reason, or undefined after `close()`. */
  readonly closed: Promise<Error | undefined>
  /** Calls under way, waiting for a place, and those whose caller has stopped waiting. */
  readonly load: { readonly underWay: number; readonly waiting: number; readonly overdue: number }
  /** The first item is always a resync `subscribed`. Throws ConnectionLost when the connection goes. */
  events<K extends EventKind>(kinds: readonly K[], options: EventOptions): AsyncIterable<EventOf<K> | Resync>
  /** The guest's serial console or channel. `flags`: see flags.domainConsole. */
  openConsole(dom: Dom, options?: StreamOptions & { device?: string; flags?: number }): Promise<LibvirtStream>
  /** A channel of the guest by its name; `flags`: see flags.domainChannel. */
  openChannel(dom: Dom, options?: StreamOptions & { name?: string; flags?: number }): Promise<LibvirtStream>
  screenshot(
    dom: Dom,
    options?: StreamOptions & { screen?: number; flags?: number },
  ): Promise<{ readonly mime: string; readonly stream: LibvirtStream }>
  /** With `sparse`, holes are told and not sent: an upload leaves them out of the volume, a download tells the volume's. */
  volumeUpload(vol: Vol, options: StreamOptions & VolumeRange & Sparse): Promise<SparseStream>
  volumeUpload(vol: Vol, options?: StreamOptions & VolumeRange): Promise<LibvirtStream>
  volumeDownload(vol: Vol, options: StreamOptions & VolumeRange & Sparse): Promise<SparseStream>
  volumeDownload(vol: Vol, options?: StreamOptions & VolumeRange): Promise<LibvirtStream>
  close(): Promise<void>
}

/** Bytes; `length` 0 or absent means to the end. */
export type VolumeRange = { readonly offset?: bigint; readonly length?: bigint; readonly flags?: number }

export type Sparse = { readonly sparse: true }

export type LinkState =
  | { readonly state: 'connecting'; readonly since: Date; readonly why?: string }
  | { readonly state: 'up'; readonly since: Date }
  | {
      readonly state: 'down'
      readonly since: Date
      readonly why: string
      /** What `why` is the message of; NotTrusted says what would have to be trusted. */
      readonly error?: Error
      readonly retryAt?: Date
    }

export type LinkOptions = Omit<DialOptions, 'signal'> & {
  /** First and longest pause between attempts; each is jittered by half, so that a fleet does not return at once.
   *  Default 250 ms and 30 s. */
  readonly backoff?: { readonly firstMs: number; readonly maxMs: number }
  /** 0 ≤ n < 1, for the jitter. Default Math.random. */
  readonly random?: () => number
  readonly signal?: AbortSignal
}

/** A connection that comes back. */
export interface Link extends AsyncDisposable {
  readonly target: Target
  readonly state: LinkState
  /** Hears every change of state, not the present one. */
  onState(listener: (state: LinkState) => void): Disposable
  /** As on a connection; rejects with ConnectionLost (`sent` false) while the link is down. */
  readonly call: Api
  /** Goes on over reconnects: after each gap, with the listeners in place again, comes a resync `reconnected`.
   *  The first item is a resync `subscribed`. Ends when the signal is aborted or the link is closed. */
  events<K extends EventKind>(kinds: readonly K[], options: EventOptions): AsyncIterable<EventOf<K> | Resync>
  connection(): Connection | undefined
  /** The present connection, or the next one. Rejects when the signal is aborted or the link is closed. */
  up(signal?: AbortSignal): Promise<Connection>
  /** A second connection to the same target, owned by the caller: for bulk bytes. */
  dialAgain(options?: DialOptions): Promise<Connection>
  close(): Promise<void>
}
