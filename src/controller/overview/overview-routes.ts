import { sql } from 'kysely'

import type { Overview } from '../../api/resources/overview.ts'
import { MiB } from '../../base/units.ts'
import { toHosts } from '../host/host-rows.ts'
import { listHosts } from '../host/host-store.ts'
import { handler, type Handler } from '../http/handler.ts'
import { listTasks } from '../task/task-rows.ts'
import { toVm } from '../vm/vm-rows.ts'
import { countVms, vmsByIds } from '../vm/vm-store.ts'
import type { World } from '../world.ts'

type Need = Overview['needs'][number]

export function overviewHandlers(world: World): Handler[] {
  const { db } = world
  return [
    handler('overview', async ({ by }) => {
      const hosts = await toHosts(
        db,
        (await listHosts(db)).filter((row) => row.scopes.some((one) => by.scopes.includes(one))),
      )
      const [vms, sick, failed, memory, pools] = await Promise.all([
        countVms(db, by.scopes, {}),
        sickVms(world, by.scopes),
        recentFailures(world, by.scopes),
        givenMemory(world, by.scopes),
        poolFigures(world, by.scopes),
      ])
      const hostNeeds = hosts.flatMap((host): Need[] =>
        host.problem
          ? [
              {
                object: { kind: 'host', id: host.id, name: host.name },
                title: host.problem.title,
                since: host.since,
                remedy: host.problem.remedy,
                worst: host.state === 'down' ? 'error' : 'warning',
              },
            ]
          : [],
      )
      const needs = [...hostNeeds, ...sick, ...failed].toSorted(
        (a, b) => Number(a.worst === 'warning') - Number(b.worst === 'warning'),
      )
      const byState = Object.groupBy(hosts, (host) => host.state)
      return {
        needs: needs.slice(0, 50),
        vms,
        hosts: Object.fromEntries(Object.entries(byState).map(([state, list]) => [state, list.length])),
        memory: { totalBytes: hosts.reduce((sum, host) => sum + host.memoryBytes, 0), givenBytes: memory },
        pools,
      }
    }),
  ]
}

// Only rows that can have a problem are read: paused, crashed, seen twice, changed outside, ended unexpectedly.
async function sickVms(world: World, scopes: readonly string[]): Promise<Need[]> {
  const answer = await sql<{ id: string }>`
    select vm.id from vm join sighting s on s.vm_id = vm.id where vm.gone_at is null and vm.scopes && ${[...scopes]}::text[]
      and (s.state in ('paused', 'crashed') or s.reason = 'failed' or vm.summary -> 'drift' is not null)
    union select vm_id from sighting group by vm_id having count(*) > 1 limit 100`.execute(world.db)
  const rows = await vmsByIds(
    world.db,
    answer.rows.map((row) => row.id),
    scopes,
  )
  return rows.map(toVm).flatMap((vm): Need[] => {
    const object = { kind: 'vm' as const, id: vm.id, name: vm.name }
    if (vm.problem)
      return [{ object, title: vm.problem.title, since: vm.since, remedy: vm.problem.remedy, worst: 'error' }]
    if (vm.drift)
      return [
        {
          object,
          title: `${vm.name} was changed outside Floe: ${vm.drift.title}.`,
          since: vm.drift.at,
          remedy: 'Look at the change and keep it, or put it back on the host.',
          worst: 'warning',
        },
      ]
    return []
  })
}

async function recentFailures(world: World, scopes: readonly string[]): Promise<Need[]> {
  const { rows } = await listTasks(world.db, scopes, { state: 'failed' }, { limit: 5 })
  const day = Date.now() - 86_400_000
  return rows
    .filter((row) => (row.ended_at?.getTime() ?? 0) > day)
    .map((row) => ({
      object: { kind: 'task', id: row.id, name: String(row.number) },
      title: `${row.title} failed.`,
      since: row.ended_at?.toISOString() ?? null,
      remedy: row.error?.message ?? 'Its page says more.',
      worst: 'warning',
    }))
}

async function givenMemory(world: World, scopes: readonly string[]): Promise<number> {
  const answer = await sql<{ mib: number }>`
    select coalesce(sum(memory_mib), 0)::bigint as mib from vm where gone_at is null and scopes && ${[...scopes]}::text[]
      and exists (select 1 from sighting s where s.vm_id = vm.id and s.state not in ('shutoff', 'crashed'))`.execute(
    world.db,
  )
  return answer.rows[0]!.mib * MiB
}

// Pools may share one file system, so each path's device is counted once by its figures.
async function poolFigures(world: World, scopes: readonly string[]): Promise<Overview['pools']> {
  const answer = await sql<{ capacity: number; available: number }>`
    select coalesce(sum(capacity), 0)::bigint as capacity, coalesce(sum(available), 0)::bigint as available from (
      select distinct host_id, capacity_bytes as capacity, available_bytes as available from pool where state = 'running' and scopes && ${[...scopes]}::text[]
    ) devices`.execute(world.db)
  return { capacityBytes: answer.rows[0]!.capacity, availableBytes: answer.rows[0]!.available }
}
