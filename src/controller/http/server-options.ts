import type { Logger } from 'pino'

import type { RouteName } from '../../api/index.ts'
import type { Db } from '../../db/open-db.ts'
import type { Auth } from '../auth/auth.ts'
import type { Feed } from '../change/feed.ts'
import type { Consoles } from '../console/consoles.ts'
import type { Handler } from './handler.ts'
import type { Metrics } from './metrics.ts'

/** What the HTTP side of Floe is made of. */
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
  /** What /readyz says; throws or answers why it cannot serve. */
  readonly ready: () => Promise<{ readonly ok: boolean; readonly why?: string }>
  /** How long a client may take to read an answer that is ready; default 2 min. Streams have rules of their own. */
  readonly readWithinMs?: number
  /** Checks every answer against its schema, for tests. */
  readonly checkAnswers?: boolean
}
