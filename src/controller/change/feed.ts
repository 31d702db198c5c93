import type { ServerResponse } from 'node:http'

import type { Logger } from 'pino'

import { apiError } from '../../api/index.ts'
import { changeChannel, changesAfter, lastRevision } from '../../db/append-changes.ts'
import { listen } from '../../db/listen.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth } from '../auth/auth.ts'
import type { Caller } from '../auth/caller.ts'
import { handler, Reply, type Handler } from '../http/handler.ts'
import { listChanges } from './list-changes.ts'
import { beat, eventText, messagesOf, type Message } from './messages.ts'
import type { RowsFor } from './rows-for.ts'
import { openStream, type Stream } from './stream.ts'

export type { RowsFor } from './rows-for.ts'

/** The one reader of the change table in this process; every open stream hangs on it. */
export interface Feed extends AsyncDisposable {
  /** change.list and change.stream. */
  readonly handlers: readonly Handler[]
  /** Revision up to which every stream was told. */
  readonly revision: number
  readonly streams: number
  /** Seconds between a change's commit and its fan-out, of the last batch. */
  readonly lagSeconds: number
}

export type FeedOptions = {
  readonly db: Pick<Db, 'kysely' | 'place'>
  readonly rowsFor: RowsFor
  readonly sessions: Pick<Auth, 'watch'>
  readonly log: Logger
  /** Default 2 s: a page notices within two of them that its stream is dead. */
  readonly beatMs?: number
}

const batchAtMost = 1000
/** Whoever was away for more changes than this loads anew, which is cheaper than reading them. */
const catchUpAtMost = 20_000
const retryMs = 1000
const streamsAtMost = 2000

/** Listens for changes and tells them to the streams: one query a batch, one text a message and set of scopes. */
export function createFeed(options: FeedOptions): Feed {
  const { log, sessions, rowsFor } = options
  const db = options.db.kysely
  const streams = new Set<Stream>()
  const ending = new AbortController()
  let revision = 0
  let lagSeconds = 0

  const tell = async (): Promise<void> => {
    while (streams.size > 0 && !ending.signal.aborted) {
      const batch = await changesAfter(db, revision, ['all'], batchAtMost)
      if (batch.length === 0) return
      const told = new Map<string, readonly Message[]>()
      for (const stream of streams) {
        const key = keyOf(stream)
        if (!stream.behind && !told.has(key)) told.set(key, await messagesOf({ db, rowsFor }, batch, stream.scopes))
      }
      // From here to the end nothing waits, so no stream can come in between.
      revision = batch.at(-1)!.revision
      lagSeconds = Math.max(0, (Date.now() - batch[0]!.at.getTime()) / 1000)
      for (const stream of streams) {
        const messages = told.get(keyOf(stream))
        if (stream.behind) continue
        if (messages === undefined) catchUp(stream)
        else stream.push(messages)
      }
    }
  }

  let telling = false
  let again = false
  let retry: NodeJS.Timeout | undefined
  const wake = async (): Promise<void> => {
    again = true
    if (telling) return
    telling = true
    try {
      while (again) {
        again = false
        await tell()
      }
    } catch (error) {
      log.warn({ err: error }, 'Changes were not told; they are read again in a second.')
      clearTimeout(retry)
      if (!ending.signal.aborted) retry = setTimeout(() => void wake(), retryMs)
    } finally {
      telling = false
    }
  }

  /** Reads what a stream missed, page by page as fast as its client takes them, until the batches can go on. */
  const catchUp = (stream: Stream): void => {
    stream.behind = true
    const read = async (): Promise<void> => {
      while (!stream.ended) {
        if (revision - stream.cursor > catchUpAtMost) stream.resync('The page was away for too long.', revision)
        const target = revision
        const page = await changesAfter(db, stream.cursor, stream.scopes, batchAtMost / 2)
        stream.push(await messagesOf({ db, rowsFor }, page, stream.scopes))
        if (page.length < batchAtMost / 2) stream.cursor = Math.max(stream.cursor, target)
        if (stream.cursor >= revision) break
        await stream.room()
      }
      stream.behind = false
    }
    read().catch((error: unknown) => {
      log.warn({ err: error }, 'A change stream was ended: what it missed was not read.')
      stream.end()
    })
  }

  const startingPoint = async (since: number | undefined): Promise<number> => {
    const last = await lastRevision(db)
    if (streams.size === 0) revision = last
    if (since === undefined) return revision
    const first = await db
      .selectFrom('change')
      .select(({ fn }) => fn.min('revision').as('first'))
      .executeTakeFirst()
    // Beyond the end: the database was set back since the page loaded.
    const gone = since > last || since < (first?.first ?? 1) - 1
    if (gone) throw apiError('revision_gone', { revision: since })
    return since
  }

  const follow = async (response: ServerResponse, by: Caller, since: number): Promise<void> => {
    if (response.closed) return
    const stream = openStream(response, { scopes: by.scopes, since, revision: () => revision })
    using _watch = by.sessionHash === undefined ? undefined : sessions.watch(by.sessionHash, () => stream.end())
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(eventText('hello', { revision }))
    streams.add(stream)
    if (since < revision) catchUp(stream)
    // Whatever was committed while nobody listened.
    void wake()
    await closed
    streams.delete(stream)
  }

  const listening = (async () => {
    const onLost = (error: unknown): void => log.warn({ err: error }, 'The change feed lost the database.')
    for await (const _ of listen(options.db, changeChannel, ending.signal, { onLost })) void wake()
  })()
  const beats = setInterval(() => {
    for (const stream of streams) stream.beat(beat)
  }, options.beatMs ?? 2000)
  beats.unref()

  return {
    handlers: [
      handler('listChanges', ({ query, by }) => listChanges(db, by.scopes, query)),
      handler('streamChanges', async ({ query, by, request }) => {
        if (streams.size >= streamsAtMost || ending.signal.aborted) throw apiError('too_many', { seconds: 5 })
        const since = await startingPoint(query.since ?? lastEventId(request.lastEventId))
        return new Reply<undefined>(200, undefined, {}, (response) => follow(response, by, since))
      }),
    ],
    get revision() {
      return revision
    },
    get streams() {
      return streams.size
    },
    get lagSeconds() {
      return lagSeconds
    },
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      clearInterval(beats)
      clearTimeout(retry)
      for (const stream of streams) stream.end()
      await listening
    },
  }
}

const keyOf = (stream: Stream): string => stream.scopes.join('\0')

/** Only what we sent ourselves comes back here; anything else is as if nothing came. */
const lastEventId = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
