import { headersFor, pathFor, problemOf, unlessAway } from './call.ts'
import { anySignal, type BodyLike, type Connection } from './connection.ts'
import { operations } from './operations.gen.ts'
import { isApiProblem, NotReachable } from './problem.ts'
import { eventParser, type ServerSentEvent } from './sse.ts'
import type { StreamChange } from './types.gen.ts'

export type StreamMessage =
  /** The stream stands; `revision` is Floe's latest. */
  | { readonly type: 'hello'; readonly revision: number }
  | ({ readonly type: 'change'; readonly revision: number } & StreamChange)
  /** Something was missed: load anew, then go on. Comes after the `hello` from which the stream goes on. */
  | { readonly type: 'resync'; readonly why: string }

export type ChangesOptions = {
  /** Go on after this revision (of a list's answer, say); left out: from now. */
  readonly since?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Silence after which the connection counts as dead. Floe says something every 2 s. Default 10 000 ms. */
  readonly heartbeatMs?: number | undefined
  /** First and longest wait before connecting again, in ms; half of each is jitter. Default 500 and 15 000. */
  readonly backoffMs?: readonly [first: number, longest: number] | undefined
  /** Told whenever the stream stands or is cut, for a bar that says how old the page is. */
  readonly onConnection?: ((state: StreamState) => void) | undefined
}

export type StreamState =
  | { readonly connected: true }
  | { readonly connected: false; readonly error: Error; readonly retryInMs: number }

/** Where the stream was: what to resume after, and whether something may have been missed. */
type Position = { last: number | undefined; missed: string | undefined; stood: boolean; attempts: number }

/** Follows the change stream for ever: reconnects with growing, jittered waits and resumes after the last change. */
export async function* changes(connection: Connection, options: ChangesOptions): AsyncGenerator<StreamMessage, void> {
  const signal = anySignal(connection.signal, options.signal)
  const at: Position = { last: options.since, missed: undefined, stood: false, attempts: 0 }
  const tell = (state: StreamState) => options.onConnection?.(state)
  while (!signal.aborted) {
    try {
      yield* onceConnected(connection, options, at, signal)
      throw new NotReachable(connection.baseUrl || 'Floe', 'the stream was ended')
    } catch (error) {
      if (signal.aborted) return
      if (isApiProblem(error) && error.code === 'revision_gone' && at.last !== undefined) {
        at.missed = error.title
        at.last = undefined
        continue
      }
      if (!mendable(error)) throw error
      if (at.stood && at.last === undefined) at.missed ??= 'The stream was cut before it said where it goes on.'
      const retryInMs = waitFor(error, at, options, connection.random)
      tell({ connected: false, error: error as Error, retryInMs })
      await sleep(retryInMs, signal)
    }
  }
}

async function* onceConnected(
  connection: Connection,
  options: ChangesOptions,
  at: Position,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void> {
  const watch = heartbeat(options.heartbeatMs ?? 10_000)
  const both = anySignal(signal, watch.signal)
  const url = connection.baseUrl + pathFor(operations.streamChanges, { query: { since: at.last } })
  try {
    const body = await unlessAway(connection, url, both, watch.signal, () => open(connection, url, at, both))
    const parse = eventParser()
    for await (const bytes of chunks(body, both)) {
      watch.beat()
      for (const event of parse(bytes)) {
        yield* messages(event, at, () => options.onConnection?.({ connected: true }))
      }
    }
  } catch (error) {
    if (watch.signal.aborted && !signal.aborted) throw watch.silent(connection.baseUrl || 'Floe')
    throw error instanceof Error ? error : new Error(String(error))
  } finally {
    watch.stop()
  }
}

async function open(connection: Connection, url: string, at: Position, signal: AbortSignal): Promise<BodyLike> {
  const headers = {
    ...headersFor(connection, operations.streamChanges, {}),
    accept: 'text/event-stream, application/problem+json;q=0.9',
    ...(at.last !== undefined && { 'last-event-id': String(at.last) }),
  }
  const response = await connection.fetch(url, { method: 'GET', headers, signal, credentials: 'same-origin' })
  const type = response.headers.get('content-type') ?? ''
  if (response.status !== 200 || !type.startsWith('text/event-stream') || !response.body) {
    throw await problemOf(url, response)
  }
  return response.body
}

function* messages(event: ServerSentEvent, at: Position, connected: () => void): Generator<StreamMessage, void> {
  // A later Floe may say more than this client knows.
  if (!['hello', 'change', 'resync'].includes(event.event)) return
  const data = JSON.parse(event.data) as { readonly revision: number; readonly why: string } & StreamChange
  const id = event.id === undefined || event.id === '' ? undefined : Number(event.id)
  switch (event.event) {
    case 'hello': {
      // A resumed stream's `hello` is ahead of what still comes: only a fresh one is a place to resume after.
      at.last ??= data.revision
      at.stood = true
      at.attempts = 0
      connected()
      yield { type: 'hello', revision: data.revision }
      if (at.missed !== undefined) yield { type: 'resync', why: at.missed }
      at.missed = undefined
      return
    }
    case 'change': {
      const revision = id ?? data.change.revision
      // After a cut both sides may send the border twice.
      if (at.last !== undefined && revision <= at.last) return
      at.last = revision
      yield { ...data, type: 'change', revision }
      return
    }
    case 'resync':
      at.last = id
      yield { type: 'resync', why: data.why }
      return
    default:
  }
}

async function* chunks(body: BodyLike, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader()
  // A body read of another transport may not know the signal.
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || signal.aborted) return
      if (value) yield value
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await reader.cancel().catch(() => undefined)
  }
}

/** A signal that fires when nothing came for so long. */
function heartbeat(ms: number) {
  const control = new AbortController()
  const expire = () => control.abort(new Error('silent'))
  let timer = setTimeout(expire, ms)
  return {
    signal: control.signal,
    beat: () => {
      clearTimeout(timer)
      timer = setTimeout(expire, ms)
    },
    stop: () => clearTimeout(timer),
    silent: (place: string) => new NotReachable(place, `the stream was silent for ${ms / 1000} s`),
  }
}

/** Refusals that say "not you" or "not so" stay; everything else may pass. */
const mendable = (error: unknown): boolean =>
  !isApiProblem(error) || error.status >= 500 || error.status === 429 || error.status === 408

function waitFor(error: unknown, at: Position, options: ChangesOptions, random: () => number): number {
  if (isApiProblem(error) && error.retryAfter !== undefined) return error.retryAfter * 1000
  const [first, longest] = options.backoffMs ?? [500, 15_000]
  const most = Math.min(longest, first * 2 ** Math.min(at.attempts++, 20))
  return most / 2 + (most / 2) * random()
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
  })
