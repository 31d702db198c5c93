import type { RowsFor } from './change/feed.ts'
import { toHosts } from './host/host-rows.ts'
import { hostsByIds } from './host/host-store.ts'
import { networksByIds, poolsByIds } from './pool/pool-routes.ts'
import { tasksByIds, toTask } from './task/task-rows.ts'
import { toVm } from './vm/vm-rows.ts'
import { vmsByIds } from './vm/vm-store.ts'
import type { World } from './world.ts'

/** The rows that a batch of changes speaks of, as they are now. */
export const rowsFor =
  (world: World): RowsFor =>
  async (ids, scopes) => {
    const { db } = world
    const [vms, hosts, tasks, pools, networks] = await Promise.all([
      vmsByIds(db, ids.vm, scopes),
      hostsByIds(db, ids.host, scopes).then((rows) => toHosts(db, rows)),
      tasksByIds(db, ids.task, scopes),
      poolsByIds(world, ids.pool, scopes),
      networksByIds(world, ids.network, scopes),
    ])
    const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
      new Map(rows.map((row) => [row.id, row]))
    return {
      vm: byId(vms.map(toVm)),
      host: byId(hosts),
      task: byId(tasks.map(toTask)),
      pool: byId(pools),
      network: byId(networks),
    }
  }
