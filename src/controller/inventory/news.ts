import type { Observed } from './observation.ts'

export type Heard = { readonly event: string; readonly detail: string }

/** All that one batch says about one domain: the events in their order, and how it was seen after the last of them
 *  (`gone`: the host has it no more; nothing: nobody looked, because the events say enough). */
export type News = {
  readonly uuid: string
  readonly name: string
  readonly heard: readonly Heard[]
  readonly seen: Observed | 'gone' | undefined
  /** libvirt's running number as the last event has it. */
  readonly libvirtId?: number | undefined
  /** `first`: the host's first listing; `list`: a later one, so what differs was missed; `event`: libvirt announced it. */
  readonly because: 'event' | 'first' | 'list'
}
