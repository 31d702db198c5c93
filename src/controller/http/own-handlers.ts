import { openapiDocument } from '../../api/openapi.ts'
import { messageOf } from '../../base/errors.ts'
import { handler, Reply, type Handler } from './handler.ts'
import type { Metrics } from './metrics.ts'

export type OwnOptions = {
  readonly copy: string
  readonly version: string
  readonly ready: () => Promise<{ readonly ok: boolean; readonly why?: string }>
  readonly metrics: Metrics
}

/** Health, readiness, figures and the API's own description. */
export function ownHandlers({ copy, version, ready, metrics }: OwnOptions): readonly Handler[] {
  const said = { version, copy }
  let document: unknown
  return [
    handler('health', () => Promise.resolve({ status: 'ok' as const, ...said })),
    handler('ready', async () => {
      try {
        const { ok, why } = await ready()
        if (ok) return { status: 'ok' as const, ...said }
        return new Reply(503, { status: 'starting' as const, ...said, ...(why !== undefined && { why }) })
      } catch (error) {
        return new Reply(503, { status: 'failing' as const, ...said, why: messageOf(error) })
      }
    }),
    handler('metrics', async () => {
      const text = await metrics.registry.metrics()
      return new Reply(200, text, { 'content-type': metrics.registry.contentType })
    }),
    handler('openapi', () => Promise.resolve((document ??= openapiDocument()))),
  ]
}
