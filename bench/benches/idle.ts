import { setTimeout as sleep } from 'node:timers/promises'

import { startController } from '../../testbed/controller.ts'
import { startHost } from '../../testbed/host.ts'
import { startPostgres } from '../../testbed/postgres.ts'
import type { Bench } from '../bench.ts'
import { cpuSeconds, familyOf, memoryMB, residentMB } from '../usage.ts'

const seconds = 60

/** What Floe costs when nothing happens. */
export const idle: Bench = {
  name: 'idle',
  title: `one host, nothing happening for ${seconds} s: memory and processor of the controller, PostgreSQL's apart`,
  rounds: 1,
  async run({ rounds, say, program, stack }) {
    say('building the bundle, starting a host, PostgreSQL and a controller')
    const bundle = await program()
    const host = stack.use(await startHost())
    const postgres = stack.use(await startPostgres())
    const floe = stack.use(await startController({ host, bundle, database: postgres.url }))
    await sleep(10_000) // what the start and the adoption of the host set going has ended
    const [rss, cpu, databaseRss, databaseCpu]: [number[], number[], number[], number[]] = [[], [], [], []]
    for (let round = 0; round < rounds; round++) {
      const before = { floe: await cpuSeconds([floe.pid]), postgres: await cpuSeconds(familyOf(postgres.pid)) }
      const began = performance.now()
      for (let at = 10; at <= seconds; at += 10) {
        await sleep(began + at * 1000 - performance.now())
        say(`${at} s: controller ${residentMB(floe.pid).toFixed(0)} MB`)
      }
      const took = (performance.now() - began) / 1000
      rss.push(residentMB(floe.pid))
      cpu.push(((await cpuSeconds([floe.pid])) - before.floe) * (100 / took))
      databaseRss.push(memoryMB(familyOf(postgres.pid)))
      databaseCpu.push(((await cpuSeconds(familyOf(postgres.pid))) - before.postgres) * (100 / took))
    }
    return [
      { name: 'rss_mb', unit: 'MB', ours: rss, target: { of: 'ours', atMost: 200 } },
      { name: 'cpu_percent', unit: '%', ours: cpu, target: { of: 'ours', atMost: 1 } },
      { name: 'postgres_rss_mb', unit: 'MB', ours: databaseRss },
      { name: 'postgres_cpu_percent', unit: '%', ours: databaseCpu },
    ]
  },
}
