import { ConnectionLost } from '@floe/libvirt'

/** Tells whether an error, or what it was made from, is a connection to a host that broke in the middle of a call. */
export function isConnectionBreak(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof ConnectionLost) return true
  }
  return false
}
