import type { Logger } from 'pino'

import type { RouteName } from '../../api/index.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth } from '../auth/auth.ts'
import type { Feed } from '../change/feed.ts'
import type { Consoles } from '../console/consoles.ts'
import type { Handler } from './handler.ts'
import type { Metrics } from './metrics.ts'

export type ServerOptions = {
  /** Of the nouns vm, host, pool, network, task and overview; account, change, console and health routes are added here. */
  readonly handlers: readonly Handler[]
  /** Routes that are not built yet: they answer no_route. Every other route must have exactly one handler. */
  readonly missing?: readonly RouteName[]
  readonly db: Pick<Db, 'kysely'>
  readonly auth: Auth
  readonly feed: Feed
  readonly consoles: Consoles
  readonly metrics: Metrics
  readonly log: Logger
  readonly copy: string
  readonly version: string
  /** Names under which browsers may call besides the listening address and loopback: `floe.example` or with `:port`. */
  readonly addresses: readonly string[]
  /** The built pages. */
  readonly uiDir?: string
  readonly openapi?: unknown
  /** What /readyz says; throws or answers why it cannot serve. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly why?: string }>
  /** Checks every answer against its schema, for tests. */
  readonly checkAnswers?: boolean
}

export type ListenAt =
  | { readonly unix: string }
  | { readonly host: string; readonly port: number; readonly tls?: { readonly cert: string; readonly key: string } }

export interface FloeServer extends AsyncDisposable {
  /** Plain HTTP only on loopback. Answers the bound address: `unix:/path`, `http://127.0.0.1:7070`. */
  listen(at: ListenAt): Promise<string>
  /** Stops accepting, ends streams and consoles, waits for answers under way (5 s at most). */
  close(): Promise<void>
}

/** The HTTP side of Floe. Refuses to start when a route has no handler or two, naming it. */
export async function createServer(options: ServerOptions): Promise<FloeServer> {
  await Promise.resolve(options)
  throw new Error('Not yet.')
}
