import type { Known } from './known.ts'
import type { News } from './news.ts'
import { runs } from './state-words.ts'

/** How a sighting's row stands after the batch. */
export type SightingWrite = {
  readonly state: string
  readonly reason: string | null
  readonly name: string
  readonly persistent: boolean
  readonly autostart: boolean
  readonly libvirtId: number | null
  readonly definitionHash: string | null
  /** Null when it does not run; `now` where it began to run with this batch. */
  readonly active: 'since before' | 'now' | null
}

/** The row of a sighting that is known or was just looked at, in `state`. Pure. */
export function sightingAfter(news: News, known: Known, state: string, reason: string | null): SightingWrite {
  const { seen, heard } = news
  const on = runs(state)
  const began = heard.some((one) => one.event === 'started')
  const active = on ? (began || known.sighting?.active_since == null ? 'now' : 'since before') : null
  if (typeof seen === 'object')
    return {
      state,
      reason,
      name: seen.name,
      persistent: seen.persistent,
      autostart: seen.autostart,
      libvirtId: seen.libvirtId,
      definitionHash: seen.definition.hash,
      active,
    }
  const { name, persistent, autostart, libvirt_id, definition_hash } = known.sighting!
  return {
    state,
    reason,
    name,
    persistent,
    autostart,
    libvirtId: on ? (news.libvirtId ?? libvirt_id) : null,
    definitionHash: definition_hash,
    active,
  }
}
