import { readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'

import { Counter, Gauge, type Registry } from 'prom-client'

/** What the process takes, under Prometheus' usual names. Not the library's own set: its monitor of the event loop
 *  wakes the process a hundred times a second, which an idle controller must not. */
export function addProcessFigures(registry: Registry): void {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number): void => {
    const collect = function (this: Gauge): void {
      this.set(read())
    }
    void new Gauge({ name, help, registers, collect })
  }
  gauge('process_resident_memory_bytes', 'Memory.', () => process.memoryUsage.rss())
  gauge('process_start_time_seconds', 'Since the epoch.', () => Math.round(Date.now() / 1000 - process.uptime()))
  gauge('process_open_fds', 'Open files and sockets.', () => readdirSync('/proc/self/fd').length)
  gauge('nodejs_heap_used_bytes', 'Of JavaScript.', () => process.memoryUsage().heapUsed)

  let before = performance.eventLoopUtilization()
  gauge('nodejs_eventloop_utilization', 'Share of the time since the last look in which it was busy, 0 to 1.', () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  })
  void new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
}
