import { flags, type Api, type Dom } from '@floe/libvirt'

import {
  isBelievable,
  markerNamespace,
  markerPrefix,
  parseMarker,
  toMarkerMetadata,
  type Marker,
} from '../../domain/index.ts'

const element = { type: flags.domainMetadata.element, key: markerPrefix, uri: markerNamespace } as const
// In the definition and, while it runs, in the running domain too.
const impactOn = ({ id }: Dom): number => flags.domainImpact.config | (id >= 0 ? flags.domainImpact.live : 0)

/** Writes Floe's marker into a domain. Every other Floe that sees the host is told of it at once. */
export async function writeMarker(call: Api, dom: Dom, marker: Marker): Promise<void> {
  await call.domainSetMetadata({ ...element, dom, metadata: toMarkerMetadata(marker), flags: impactOn(dom) })
}

/** Takes it out again: metadata that is left out is none. */
export async function removeMarker(call: Api, dom: Dom): Promise<void> {
  await call.domainSetMetadata({ ...element, dom, flags: impactOn(dom) })
}

/** The marker in a domain's definition; nothing where there is none. */
export async function readMarker(call: Api, dom: Dom): Promise<Marker | undefined> {
  return parseMarker((await call.domainGetXmlDesc({ dom, flags: flags.domainXml.inactive })).xml)
}

/** The copy of Floe that runs a domain, by a marker that can be believed; nothing where none does. */
export async function readOwner(call: Api, dom: Dom): Promise<string | undefined> {
  return ownerIn(await readMarker(call, dom))
}

/** The same of a marker that was read. Pure. */
export const ownerIn = (marker: Marker | undefined): string | undefined =>
  marker && isBelievable(marker) ? marker.floe.toLowerCase() : undefined
