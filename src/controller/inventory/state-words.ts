import type { DomainState } from '@floe/libvirt'

/** libvirt's reasons for a state, by their numbers. Source: the enumerations virDomain…Reason of its API. */
const reasons: Readonly<Partial<Record<DomainState, readonly string[]>>> = {
  running: [
    '',
    'booted',
    'migrated',
    'restored',
    'from snapshot',
    'unpaused',
    'migration canceled',
    'save canceled',
    'woken up',
    'recovered from a crash',
    'post-copy',
    'post-copy failed',
  ],
  paused: [
    '',
    'user',
    'migration',
    'save',
    'dump',
    'I/O error',
    'watchdog',
    'from snapshot',
    'shutting down',
    'snapshot',
    'crashed',
    'starting up',
    'post-copy',
    'post-copy failed',
    'API error',
  ],
  shutdown: ['', 'user'],
  shutoff: ['', 'shutdown', 'destroyed', 'crashed', 'migrated', 'saved', 'failed', 'from snapshot', 'daemon'],
  crashed: ['', 'panicked'],
}

/** The word for a reason's number; nothing where libvirt gives none. */
export const reasonWord = (state: string, reason: number): string | null =>
  reasons[state as DomainState]?.[reason] || null

type After = { readonly state: DomainState; readonly reasons: Readonly<Record<string, string>> }

/** What a lifecycle event says about the state: `stopped` with detail `failed` is a domain shut off because QEMU died. */
const after: Readonly<Record<string, After>> = {
  started: { state: 'running', reasons: { wakeup: 'woken up', 'from-snapshot': 'from snapshot' } },
  resumed: {
    state: 'running',
    reasons: { 'from-snapshot': 'from snapshot', postcopy: 'post-copy', 'postcopy-failed': 'post-copy failed' },
  },
  suspended: {
    state: 'paused',
    reasons: {
      paused: 'user',
      migrated: 'migration',
      ioerror: 'I/O error',
      restored: 'from snapshot',
      'from-snapshot': 'from snapshot',
      'api-error': 'API error',
      postcopy: 'post-copy',
      'postcopy-failed': 'post-copy failed',
    },
  },
  shutdown: { state: 'shutdown', reasons: { finished: '', guest: 'user', host: 'user' } },
  stopped: { state: 'shutoff', reasons: { 'from-snapshot': 'from snapshot' } },
  crashed: { state: 'crashed', reasons: { crashloaded: 'panicked' } },
  pmsuspended: { state: 'pmsuspended', reasons: { memory: '', disk: '' } },
}

/** State and reason after a lifecycle event; nothing for `defined` and `undefined`, which do not change the state. */
export function stateAfter(
  event: string,
  detail: string,
): { readonly state: DomainState; readonly reason: string | null } | undefined {
  const row = after[event]
  return row && { state: row.state, reason: (row.reasons[detail] ?? detail) || null }
}

/** A paused guest still owns its memory and its disks: for every question of safety it is alive. */
export const isAlive = (state: string): boolean => !['shutoff', 'crashed', 'undefined'].includes(state)
