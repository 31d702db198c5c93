/** As much of `fetch` as the client uses: the global one fits, and so does a small one over a Unix socket. */
export type FetchLike = (url: string, init: FetchInit) => Promise<ResponseLike>

export type FetchInit = {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal: AbortSignal
  readonly credentials?: 'same-origin'
}

export type ResponseLike = {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: BodyLike | null
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

export type BodyLike = {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}

/** As much of `WebSocket` as a console uses: the global one fits, and so does that of `ws`. */
export type SocketLike = {
  binaryType: string
  readonly readyState: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number, reason?: string): void
  /** Bytes that were sent and are still here. */
  readonly bufferedAmount: number
  /** Where there are these (`ws` has them), the other end is held back while nobody reads. */
  pause?(): void
  resume?(): void
  addEventListener(type: 'open', listener: () => void): void
  addEventListener(type: 'error', listener: (event: { readonly message?: string }) => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number; readonly reason: string }) => void): void
}

export type ClientOptions = {
  /** Where Floe is: `https://floe.example:7070`. Left out in a browser: where the page came from. */
  readonly baseUrl?: string
  /** A bearer token, of a login with `use: 'cli'`. */
  readonly token?: string
  /** The session's, for a client that starts in a logged-in page; logging in through the client remembers it. */
  readonly csrf?: string
  /** Instead of the global one: another transport. */
  readonly fetch?: FetchLike
  /** Instead of the global one. Gets the whole address (`wss://…`). */
  readonly webSocket?: (url: string) => SocketLike
  /** Ends every call, stream and console of this client. */
  readonly signal?: AbortSignal
  /** How long a call may take before it counts as not answered. Default 60 000 ms. */
  readonly timeoutMs?: number
  /** For the jitter of reconnecting; `Math.random` if left out. */
  readonly random?: () => number
}

/** What the parts of a client share. `csrf` is what the last session answer said. */
export type Connection = {
  readonly baseUrl: string
  readonly fetch: FetchLike
  readonly webSocket: (url: string) => SocketLike
  readonly token: string | undefined
  csrf: string | undefined
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly random: () => number
}

export function connect(options: ClientOptions): Connection {
  return {
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    webSocket: options.webSocket ?? ((url) => new WebSocket(url)),
    token: options.token,
    csrf: options.csrf,
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? 60_000,
    random: options.random ?? Math.random,
  }
}

export const anySignal = (...signals: readonly (AbortSignal | undefined)[]): AbortSignal =>
  AbortSignal.any(signals.filter((one) => one !== undefined))
