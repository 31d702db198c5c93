import type { Host } from '../../api/resources/host.ts'
import type { Overview } from '../../api/resources/overview.ts'
import { toHosts } from '../host/host-rows.ts'
import { listHosts } from '../host/host-store.ts'
import { handler, type Handler } from '../http/handler.ts'
import { listTasks } from '../task/task-rows.ts'
import { toVm } from '../vm/vm-rows.ts'
import { countVms, vmsByIds } from '../vm/vm-store.ts'
import type { World } from '../world.ts'
import { sumOfFileSystems } from './file-systems.ts'
import { givenMemory, runningPools, sickVmIds } from './overview-store.ts'

type Need = Overview['needs'][number]

export function overviewHandlers(world: World): Handler[] {
  const { db } = world
  return [
    handler('overview', async ({ by }) => {
      const hosts = await toHosts(db, await listHosts(db, by.scopes))
      const [vms, sick, failed, memory, pools] = await Promise.all([
        countVms(db, by.scopes, {}),
        sickVms(world, by.scopes),
        recentFailures(world, by.scopes),
        givenMemory(db, by.scopes),
        runningPools(db, by.scopes),
      ])
      const needs = [...hosts.flatMap(needOfHost), ...sick, ...failed].toSorted(
        (a, b) => Number(a.worst === 'warning') - Number(b.worst === 'warning'),
      )
      const byState = Object.groupBy(hosts, (host) => host.state)
      return {
        needs: needs.slice(0, 50),
        vms,
        hosts: Object.fromEntries(Object.entries(byState).map(([state, list]) => [state, list.length])),
        memory: { totalBytes: hosts.reduce((sum, host) => sum + host.memoryBytes, 0), givenBytes: memory },
        pools: sumOfFileSystems(pools),
      }
    }),
  ]
}

function needOfHost(host: Host): Need[] {
  if (host.problem === null) return []
  const object = { kind: 'host' as const, id: host.id, name: host.name }
  const { title, remedy } = host.problem
  return [{ object, title, since: host.since, remedy, worst: host.state === 'down' ? 'error' : 'warning' }]
}

async function sickVms(world: World, scopes: readonly string[]): Promise<Need[]> {
  const rows = await vmsByIds(world.db, await sickVmIds(world.db, scopes, 100), scopes)
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
