import { Counter, Gauge, Histogram, Registry } from 'prom-client'

import { addProcessFigures } from './process-figures.ts'

/** Figures that are looked up when somebody asks for them. */
export type MetricSources = {
  /** Tasks by state, of those that have not ended and those of the last day. */
  readonly tasks?: () => Promise<Readonly<Record<string, number>>>
  readonly hosts?: () => Promise<Readonly<Record<string, number>>>
  readonly vms?: () => Promise<Readonly<Record<string, number>>>
  /** Events of libvirt since this process began. */
  readonly events?: () => number
  /** Differences the re-list found. */
  readonly repaired?: () => Promise<number>
  readonly feed?: () => { readonly lagSeconds: number; readonly streams: number; readonly revision: number }
  readonly consoles?: () => { readonly vnc: number; readonly serial: number }
  readonly databaseConnections?: () => { readonly total: number; readonly idle: number; readonly waiting: number }
}

export interface Metrics {
  readonly registry: Registry
  /** One answered request. */
  answered(route: string, status: number, seconds: number): void
}

/** Figures of this process in a registry of its own. A source that fails leaves its figure out and is counted. */
export function createMetrics(sources: MetricSources = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  addProcessFigures(registry)
  const failed = new Counter({
    name: 'floe_metric_failures_total',
    help: 'Figures that could not be looked up.',
    labelNames: ['figure'],
    registers,
  })

  const gauge = (name: string, help: string, label: string, read?: () => Promise<Numbers> | Numbers): void => {
    if (read === undefined) return
    const collect = async function (this: Gauge): Promise<void> {
      this.reset()
      try {
        for (const [key, value] of Object.entries(await read())) this.set({ [label]: key }, value)
      } catch {
        failed.inc({ figure: name })
      }
    }
    void new Gauge({ name, help, labelNames: [label], registers, collect })
  }
  gauge('floe_tasks', 'Tasks by state.', 'state', sources.tasks)
  gauge('floe_hosts', 'Hosts by state.', 'state', sources.hosts)
  gauge('floe_vms', 'VMs by state.', 'state', sources.vms)
  gauge('floe_consoles', 'Open consoles by kind.', 'kind', sources.consoles)
  gauge('floe_database_connections', 'Connections of the pool.', 'state', sources.databaseConnections)

  const single = (name: string, help: string, read?: () => Promise<number> | number): void => {
    if (read === undefined) return
    const collect = async function (this: Gauge): Promise<void> {
      try {
        this.set(await read())
      } catch {
        this.reset()
        failed.inc({ figure: name })
      }
    }
    void new Gauge({ name, help, registers, collect })
  }
  const { feed, events, repaired } = sources
  single('floe_events_total', 'Events of libvirt since the start.', events)
  single('floe_repaired_total', 'Differences that the re-list found and events had missed.', repaired)
  single('floe_feed_lag_seconds', 'From commit to the streams, of the last batch.', feed && (() => feed().lagSeconds))
  single('floe_feed_streams', 'Open change streams.', feed && (() => feed().streams))
  single('floe_feed_revision', 'Last change told.', feed && (() => feed().revision))

  const http = new Histogram({
    name: 'floe_http_seconds',
    help: 'Answers by route and status.',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers,
  })
  return { registry, answered: (route, status, seconds) => http.observe({ route, status }, seconds) }
}

type Numbers = Readonly<Record<string, number>>
