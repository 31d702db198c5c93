import type { Dom } from '@floe/libvirt'

import { markerNamespace } from '../../domain/index.ts'
import { toObserved, type Observed } from '../inventory/observation.ts'

type Seen = Partial<Pick<Observed, 'state' | 'reason' | 'persistent' | 'autostart'>> & {
  readonly name?: string
  readonly uuid?: string
  readonly memoryMiB?: number
  readonly id?: number
  /** What stands in `<metadata>`. */
  readonly metadata?: string
}

export const uuidOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** A domain as a host would show it. */
export function observed(seen: Seen = {}): Observed {
  const { name = 'wiki', uuid = uuidOf(1), memoryMiB = 64, metadata = '' } = seen
  const { state = 'shutoff', reason = null, persistent = true, autostart = false } = seen
  const dom: Dom = { name, uuid, id: seen.id ?? (state === 'running' ? 1 : -1) }
  const xml = `<domain type='test'><name>${name}</name><uuid>${uuid}</uuid>${metadata && `<metadata>${metadata}</metadata>`}<memory unit='MiB'>${memoryMiB}</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>`
  return toObserved({ dom, xml, state, reason, persistent, autostart })
}

export const marker = (id: string, floe: string, inner = ''): string =>
  `<floe:vm xmlns:floe='${markerNamespace}' id='${id}' floe='${floe}'>${inner}</floe:vm>`
