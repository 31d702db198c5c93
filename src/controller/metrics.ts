import type { Db } from '../db/open-db.ts'
import type { Feed } from './change/feed.ts'
import type { Consoles } from './console/consoles.ts'
import { countHosts } from './host/host-store.ts'
import { createMetrics, type Metrics } from './http/metrics.ts'
import { countTasks } from './task/count-tasks.ts'
import { countVms } from './vm/vm-store.ts'
import type { World } from './world.ts'

type Sources = { readonly db: Db; readonly world: World; readonly feed: Feed; readonly consoles: Consoles }

/** Where the figures of /metrics come from. */
export function controllerMetrics({ db, world, feed, consoles }: Sources): Metrics {
  return createMetrics({
    tasks: () => countTasks(db.kysely),
    hosts: async () => (await countHosts(db.kysely)).byState,
    vms: () => countVms(db.kysely, ['all'], {}),
    repaired: async () => (await countHosts(db.kysely)).repaired,
    events: () => world.hosts.all().reduce((sum, link) => sum + link.eventsTaken, 0),
    feed: () => ({ lagSeconds: feed.lagSeconds, streams: feed.streams, revision: feed.revision }),
    consoles: () => consoles.open,
    databaseConnections: () => ({ total: db.pool.totalCount, idle: db.pool.idleCount, waiting: db.pool.waitingCount }),
  })
}
