import { expect, test } from 'vitest'

import { createMetrics } from './metrics.ts'

test('figures are looked up when they are asked for, and a source that fails leaves its own out', async () => {
  let tasks: Record<string, number> = { running: 2, done: 5 }
  const metrics = createMetrics({
    tasks: () => Promise.resolve(tasks),
    hosts: () => Promise.reject(new Error('no database')),
    events: () => 42,
    feed: () => ({ lagSeconds: 0.02, streams: 3, revision: 77 }),
  })
  metrics.answered('vm.list', 200, 0.01)
  const first = await metrics.registry.metrics()
  expect(first).toContain('floe_tasks{state="running"} 2')
  expect(first).toContain('floe_events_total 42')
  expect(first).toContain('floe_feed_revision 77')
  expect(first).toContain('floe_http_seconds_count{route="vm.list",status="200"} 1')
  expect(first).not.toContain('floe_hosts{')
  tasks = { done: 7 }
  const second = await metrics.registry.metrics()
  expect(second).toContain('floe_tasks{state="done"} 7')
  expect(second).not.toContain('floe_tasks{state="running"}')
  expect(second).toContain('floe_metric_failures_total{figure="floe_hosts"}')
})

test('the process tells its memory, time and files', async () => {
  const text = await createMetrics().registry.metrics()
  const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  expect(figure('process_resident_memory_bytes')).toBeGreaterThan(1e6)
  expect(figure('process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(figure('process_open_fds')).toBeGreaterThan(3)
  expect(figure('nodejs_eventloop_utilization')).toBeLessThanOrEqual(1)
})
