import { setTimeout as sleep } from 'node:timers/promises'

import { dial } from '@floe/libvirt'

import { startController, type Controller } from '../../testbed/controller.ts'
import { startDriverHost } from '../../testbed/driver-host.ts'
import { startPostgres } from '../../testbed/postgres.ts'
import { until } from '../../testbed/until.ts'
import type { Bench } from '../bench.ts'
import { quantile } from '../figures.ts'
import { watchStarts } from '../starts.ts'
import { cpuSeconds, familyOf } from '../usage.ts'

const perSecond = 200
const seconds = 30
const count = perSecond * seconds

/** From libvirt's event to the change in a client's hands, through the inventory's row. */
export const events: Bench = {
  name: 'events',
  title: `${perSecond} starts a second on libvirt's test driver for ${seconds} s: event → row → client`,
  rounds: 1,
  async run({ rounds, say, program, stack }) {
    say(`building the bundle, starting a test driver with ${count} domains and a controller`)
    const bundle = await program()
    const host = stack.use(
      await startDriverHost({ domains: count, libvirtdConf: ['max_client_requests = 64', 'max_clients = 100'] }),
    )
    const postgres = stack.use(await startPostgres()) // with fsync, as in the product
    const floe = stack.use(await startController({ host, bundle, database: postgres.url }))
    await until('all domains in the inventory', async () => (await counts(floe)).total >= count, 120_000)
    const rows: Round[] = []
    const [cpu, databaseCpu]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      if (round > 0) await stopAll(host.target, floe)
      const before = { floe: await cpuSeconds([floe.pid]), postgres: await cpuSeconds(familyOf(postgres.pid)) }
      rows.push(await measure(host.target, floe, say))
      cpu.push((((await cpuSeconds([floe.pid])) - before.floe) * 1000) / count)
      databaseCpu.push((((await cpuSeconds(familyOf(postgres.pid))) - before.postgres) * 1000) / count)
    }
    return [
      {
        name: 'p95_ms',
        unit: 'ms',
        ours: rows.map(({ delays }) => quantile(delays, 0.95)),
        target: { of: 'ours', atMost: 250 },
      },
      { name: 'lost', unit: 'events', ours: rows.map(({ lost }) => lost), target: { of: 'ours', atMost: 0 } },
      { name: 'p50_ms', unit: 'ms', ours: rows.map(({ delays }) => quantile(delays, 0.5)) },
      { name: 'max_ms', unit: 'ms', ours: rows.map(({ delays }) => quantile(delays, 1)) },
      { name: 'cpu_ms_per_event', unit: 'ms', ours: cpu },
      { name: 'postgres_cpu_ms_per_event', unit: 'ms', ours: databaseCpu },
      { name: 'starts_per_s', unit: '1/s', ours: rows.map(({ rate }) => rate) },
    ]
  },
}

type Round = { readonly delays: readonly number[]; readonly lost: number; readonly rate: number }
type DriverTarget = Parameters<typeof dial>[0]

async function measure(target: DriverTarget, floe: Controller, say: (line: string) => void): Promise<Round> {
  await using starts = await watchStarts(target)
  const seen = new Map<string, number>()
  const stop = new AbortController()
  const stands = Promise.withResolvers<void>()
  const watching = (async () => {
    for await (const message of floe.client.changes({ signal: stop.signal })) {
      if (message.type === 'hello') stands.resolve()
      if (message.type !== 'change' || message.change.kind !== 'vm.started') continue
      const name = message.change.object?.name
      // The first telling counts, by the same clock as libvirt's event: both are heard in this process.
      if (name !== undefined && !seen.has(name)) seen.set(name, performance.now())
    }
  })()
  watching.catch(stands.reject)
  await stands.promise

  const rate = await startAll(target, say)
  // Late is not lost: who is behind shows it in the delays.
  await until('the last changes', () => seen.size >= count, 180_000).catch(() => undefined)
  stop.abort()
  await watching.catch(() => undefined)

  const { running } = await counts(floe)
  const unheard = count - [...starts.at.keys()].filter((name) => /^d\d+$/.test(name)).length
  if (unheard > 0 || starts.resyncs > 0) throw new Error(`The bench itself missed ${unheard} of libvirt's events.`)
  const delays = [...starts.at].flatMap(([name, at]) => (seen.has(name) ? [Math.max(0, seen.get(name)! - at)] : []))
  say(`${count} starts: ${seen.size} changes at the client, ${running} rows running`)
  return { delays, lost: count - Math.min(seen.size, running), rate }
}

/** Starts every domain, evenly over the time, and answers the rate that came about. */
async function startAll(target: DriverTarget, say: (line: string) => void): Promise<number> {
  await using connection = await dial(target, { window: 32, keepalive: false })
  const began = performance.now()
  const calls: Promise<unknown>[] = []
  for (let n = 0; n < count; n++) {
    const due = began + (n * 1000) / perSecond
    const early = due - performance.now()
    if (early > 0) await sleep(early)
    calls.push(connection.call.domainCreateWithFlags({ dom: domain(n), flags: 0 }))
    if (n % (perSecond * 5) === 0) say(`${n} of ${count} started`)
  }
  await Promise.all(calls)
  return (count * 1000) / (performance.now() - began)
}

async function stopAll(target: DriverTarget, floe: Controller): Promise<void> {
  await using connection = await dial(target, { window: 32, keepalive: false })
  await Promise.all(
    Array.from({ length: count }, (_, n) => connection.call.domainDestroyFlags({ dom: domain(n), flags: 0 })),
  )
  await until('all domains stopped in the inventory', async () => (await counts(floe)).running <= 1, 60_000)
}

/** As the test bed names them. */
const domain = (n: number) => ({
  name: `d${n}`,
  uuid: `d0d0d0d0-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  id: -1,
})

/** Rows of the inventory; the test driver's own domain `test` is one of them and always runs. */
async function counts(floe: Controller): Promise<{ readonly total: number; readonly running: number }> {
  const [all, running] = await Promise.all([
    floe.client.listVms({ query: { limit: 1 } }),
    floe.client.listVms({ query: { limit: 1, state: 'running' } }),
  ])
  return { total: (all.total ?? 0) - 1, running: (running.total ?? 0) - 1 }
}
