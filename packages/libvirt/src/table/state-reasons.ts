import type { DomainState } from './shapes.ts'

/** Why a domain is in its state; the number counts within the state. */
const reasons = {
  nostate: ['unknown'],
  running: [
    'unknown',
    'booted',
    'migrated',
    'restored',
    'from-snapshot',
    'unpaused',
    'migration-canceled',
    'save-canceled',
    'wakeup',
    'crashed',
    'postcopy',
    'postcopy-failed',
  ],
  blocked: ['unknown'],
  paused: [
    'unknown',
    'user',
    'migration',
    'save',
    'dump',
    'ioerror',
    'watchdog',
    'from-snapshot',
    'shutting-down',
    'snapshot',
    'crashed',
    'starting-up',
    'postcopy',
    'postcopy-failed',
    'api-error',
  ],
  shutdown: ['unknown', 'user'],
  shutoff: ['unknown', 'shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from-snapshot', 'daemon'],
  crashed: ['unknown', 'panicked'],
  pmsuspended: ['unknown'],
} as const satisfies Partial<Record<DomainState, readonly string[]>>

/** The reason of `domainGetState` as libvirt's word: `stateReason('paused', 5)` is `ioerror`. A state or number newer
 *  than this table gives `unknown-N`. */
export function stateReason(state: DomainState, reason: number): string {
  const words: readonly string[] = reasons[state as keyof typeof reasons] ?? []
  return words[reason] ?? `unknown-${reason}`
}
