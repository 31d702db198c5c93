import { stateReason, type DomainState } from '@floe/libvirt'

/** libvirt's word for a reason's number; nothing where it gives none. */
export function reasonWord(state: string, reason: number): string | null {
  const word = stateReason(state as DomainState, reason)
  return word === 'unknown' ? null : word
}

type After = { readonly state: DomainState; readonly reasons?: Readonly<Record<string, string | null>> }

/** What a lifecycle event says about the state. Its details are the reasons of that state, but for those named here. */
const after: Readonly<Record<string, After>> = {
  started: { state: 'running' },
  resumed: { state: 'running' },
  suspended: { state: 'paused', reasons: { paused: 'user', migrated: 'migration', restored: 'from-snapshot' } },
  shutdown: { state: 'shutdown', reasons: { finished: null, guest: 'user', host: 'user' } },
  stopped: { state: 'shutoff' },
  crashed: { state: 'crashed', reasons: { crashloaded: 'panicked' } },
  pmsuspended: { state: 'pmsuspended', reasons: { memory: null, disk: null } },
}

/** State and reason after a lifecycle event: `stopped` with detail `failed` is a domain shut off because QEMU died.
 *  Nothing for `defined` and `undefined`, which do not change the state. */
export function stateAfter(
  event: string,
  detail: string,
): { readonly state: DomainState; readonly reason: string | null } | undefined {
  const row = after[event]
  if (row === undefined) return undefined
  const renamed = row.reasons?.[detail]
  return { state: row.state, reason: renamed === undefined ? detail : renamed }
}

/** Runs, or could go on at once. One that crashed and is kept for a look does not. */
export const runs = (state: string): boolean => isAlive(state) && state !== 'crashed'

/** A paused guest still owns its memory and its disks, and so does one that crashed and is kept for a look: for every
 *  question of safety they are alive. */
export const isAlive = (state: string): boolean => state !== 'shutoff' && state !== 'undefined'
