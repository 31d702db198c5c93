import { Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  /** One answered request. */
  answered(route: string, status: number, seconds: number): void
}

/** Figures of this process in a registry of its own. */
export function createMetrics(): Metrics {
  return { registry: new Registry(), answered: () => {} }
}
