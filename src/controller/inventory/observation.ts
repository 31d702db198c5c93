import { createHash } from 'node:crypto'

import type { Api, Dom } from '@floe/libvirt'
import { flags, LibvirtError } from '@floe/libvirt'
import { canonical, parse } from '@floe/xml'

import { isBelievable, markerNamespace, parseDomain, type DomainView, type Marker } from '../../domain/index.ts'
import { isAlive, reasonWord } from './state-words.ts'

/** One domain as its host shows it now. */
export type Observed = {
  readonly uuid: string
  readonly name: string
  readonly state: string
  readonly reason: string | null
  readonly persistent: boolean
  readonly autostart: boolean
  /** libvirt's running number; null when it does not run. */
  readonly libvirtId: number | null
  /** Canonical inactive XML, or the live one of a domain that has no definition. Never with secrets. */
  readonly definition: { readonly hash: string; readonly xml: string }
  readonly view: DomainView
  /** What QEMU has now, where that may be more than its definition: of a running domain that has one. */
  readonly live: DomainView | undefined
  readonly marker: Marker | undefined
}

const gone = new Set(['NO_DOMAIN'])

/** Reads a domain; nothing when the host has it no more. Throws what the call throws: LibvirtError, DeadlineExceeded, ConnectionLost. */
export async function observe(call: Api, dom: Dom): Promise<Observed | undefined> {
  try {
    const [state, persistent, autostart] = await Promise.all([
      call.domainGetState({ dom }),
      call.domainIsPersistent({ dom }),
      call.domainGetAutostart({ dom }).catch(unlessTransient),
    ])
    const both = persistent.persistent && isAlive(state.state)
    const [{ xml }, live] = await Promise.all([
      call.domainGetXmlDesc({ dom, flags: persistent.persistent ? flags.domainXml.inactive : 0 }),
      both ? call.domainGetXmlDesc({ dom }) : undefined,
    ])
    return toObserved({
      dom,
      xml,
      live: live?.xml,
      state: state.state,
      reason: reasonWord(state.state, state.reason),
      persistent: persistent.persistent,
      autostart: autostart.autostart,
    })
  } catch (error) {
    if (error instanceof LibvirtError && gone.has(error.code)) return undefined
    throw error
  }
}

// A domain without a definition has no autostart: libvirt answers with an error, not with false.
const unlessTransient = (error: unknown): { autostart: boolean } => {
  if (error instanceof LibvirtError && error.code !== 'NO_DOMAIN') return { autostart: false }
  throw error
}

type Raw = {
  readonly dom: Dom
  readonly xml: string
  readonly live?: string | undefined
  readonly state: string
  readonly reason: string | null
  readonly persistent: boolean
  readonly autostart: boolean
}

export function toObserved({ dom, xml, live, state, reason, persistent, autostart }: Raw): Observed {
  const document = parse(xml)
  const view = parseDomain(document.root)
  // Floe's own marker is not part of what people define: writing a tag into it is no drift.
  const metadata = document.root.child('metadata')
  for (const child of metadata?.children() ?? []) if (child.namespace === markerNamespace) metadata?.remove(child)
  if (metadata?.children().length === 0) document.root.remove(metadata)
  const text = canonical(document.root)
  return {
    uuid: dom.uuid,
    name: dom.name,
    state,
    reason,
    persistent,
    autostart,
    libvirtId: dom.id >= 0 ? dom.id : null,
    definition: { hash: createHash('sha256').update(text).digest('hex'), xml: text },
    view,
    live: live === undefined ? undefined : parseDomain(live),
    marker: believable(view.marker),
  }
}

const believable = (marker: Marker | undefined): Marker | undefined =>
  marker && isBelievable(marker)
    ? { ...marker, id: marker.id.toLowerCase(), floe: marker.floe.toLowerCase() }
    : undefined
