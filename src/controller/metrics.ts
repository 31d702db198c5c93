import { sql } from 'kysely'

import type { Db } from '../db/open-db.ts'
import type { Feed } from './change/feed.ts'
import type { Consoles } from './console/consoles.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { countVms } from './vm/vm-store.ts'
import type { World } from './world.ts'

type Sources = { readonly db: Db; readonly world: World; readonly feed: Feed; readonly consoles: Consoles }

/** Where the figures of /metrics come from. */
export function controllerMetrics({ db, world, feed, consoles }: Sources): Metrics {
  const counts = async (
    query: ReturnType<typeof sql<{ key: string; count: number }>>,
  ): Promise<Record<string, number>> =>
    Object.fromEntries((await query.execute(db.kysely)).rows.map((row) => [row.key, row.count]))
  return createMetrics({
    tasks: () =>
      counts(
        sql<{
          key: string
          count: number
        }>`select state as key, count(*) as count from task where ended_at is null or ended_at > now() - interval '1 day' group by state`,
      ),
    hosts: () =>
      counts(sql<{ key: string; count: number }>`select state as key, count(*) as count from host group by state`),
    vms: () => countVms(db.kysely, ['all'], {}),
    repaired: async () =>
      (
        await counts(
          sql<{
            key: string
            count: number
          }>`select 'all' as key, coalesce(sum(repaired), 0)::bigint as count from host`,
        )
      )['all'] ?? 0,
    events: () => world.hosts.all().reduce((sum, link) => sum + link.eventsTaken, 0),
    feed: () => ({ lagSeconds: feed.lagSeconds, streams: feed.streams, revision: feed.revision }),
    consoles: () => consoles.open,
    databaseConnections: () => ({ total: db.pool.totalCount, idle: db.pool.idleCount, waiting: db.pool.waitingCount }),
  })
}
