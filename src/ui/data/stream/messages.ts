import type { StreamChange } from '../resources.ts'

/** What the one connection of a browser tells its tabs. */
export type StreamNews =
  /** The stream is open; a page that was read at an older revision may have missed something. */
  | { readonly type: 'hello'; readonly revision: number }
  | { readonly type: 'change'; readonly change: StreamChange }
  | { readonly type: 'resync'; readonly why: string }
  /** Bytes came at this time of the clock, if only a heartbeat. */
  | { readonly type: 'life'; readonly at: number }
  /** The stream was refused: the session is over (401), the password must be changed (403), or nobody answers (0). */
  | { readonly type: 'refused'; readonly status: number }

/** What a tab asks of the connection. `again`: try now, there is a new session. */
export type StreamWish =
  | { readonly type: 'join'; readonly lock: string }
  | { readonly type: 'again' }
  | { readonly type: 'leave' }

export const lockPrefix = 'floe-tab-'
