import { element, parse, type XmlElement, XmlError } from '@floe/xml'

import { isUuid } from '../base/ids.ts'
import { rootOf } from './document.ts'

/** Floe's note in a domain's metadata: whose the VM is, and what a lost database is rebuilt from. */
export type Marker = {
  /** Floe's own id of the VM. */
  readonly id: string
  /** The copy of Floe that runs it. */
  readonly floe: string
  /** The task that made the domain, or put the marker on it. */
  readonly task?: string | undefined
  /** The domain was made outside Floe; its consoles and its passwords stay its makers'. */
  readonly adopted?: boolean | undefined
  readonly tags: readonly string[]
  readonly notes?: string | undefined
  readonly protected: boolean
}

/** The namespace and the prefix for `virDomainSetMetadata` (type element: 2). */
export const markerNamespace = 'https://floe.example/xmlns/vm/1'
export const markerPrefix = 'floe'

/** The marker in a domain document, or in what `virDomainGetMetadata` returns; nothing when there is none or a damaged
 *  one. Throws `XmlError` when the document is not well-formed. */
export function parseMarker(document: string | XmlElement): Marker | undefined {
  const root = typeof document === 'string' ? rootOrUndefined(document) : document
  const found = root && markerIn(root)
  const id = found?.attr('id')
  const floe = found?.attr('floe')
  if (!found || !id || !floe) return undefined
  const part = (name: string): XmlElement[] => found.children().filter((one) => one.localName === name)
  return {
    id,
    floe,
    task: found.attr('task') || undefined,
    ...(found.attr('adopted') === 'yes' && { adopted: true }),
    tags: part('tag').map((one) => one.text()),
    notes: part('notes')[0]?.text() || undefined,
    protected: part('protected').length > 0,
  }
}

/** Anybody can write metadata with virsh: a marker that names no ids is none. */
export const isBelievable = ({ id, floe }: Marker): boolean => isUuid(id.toLowerCase()) && isUuid(floe.toLowerCase())

/** A domain document with this marker in the place of the one it has, if it has one. */
export function withMarker(document: string, marker: Marker): string {
  const { root } = parse(document)
  if (root.child('metadata') === undefined) root.append(element('metadata'))
  const metadata = root.child('metadata')!
  for (const one of metadata.children())
    if (one.localName === 'vm' && one.namespace === markerNamespace) metadata.remove(one)
  metadata.append(markerElement(marker))
  return root.toString()
}

function rootOrUndefined(document: string): XmlElement | undefined {
  try {
    return rootOf(document, 'domain')
  } catch (error) {
    if (error instanceof XmlError) throw error
    return rootOf(document, 'vm')
  }
}

// libvirt gives the sub-document back without the namespace under which it was asked for.
function markerIn(root: XmlElement): XmlElement | undefined {
  if (root.localName === 'vm') return root
  return root
    .children('metadata')
    .flatMap((metadata) => metadata.children())
    .find((one) => one.localName === 'vm' && one.namespace === markerNamespace)
}

/** The marker as an element of a document's `<metadata>`, with its prefix declared. */
export function markerElement(marker: Marker): XmlElement {
  return build(marker, `${markerPrefix}:`, { [`xmlns:${markerPrefix}`]: markerNamespace })
}

/** The element for `virDomainSetMetadata`: without prefix and namespace, which libvirt adds from its arguments. */
export const toMarkerMetadata = (marker: Marker): string => build(marker, '', {}).toString()

function build(marker: Marker, prefix: string, declared: Readonly<Record<string, string>>): XmlElement {
  return element(
    `${prefix}vm`,
    { ...declared, id: marker.id, floe: marker.floe, task: marker.task, adopted: marker.adopted ? 'yes' : undefined },
    marker.tags.map((tag) => element(`${prefix}tag`, {}, tag)),
    marker.notes ? element(`${prefix}notes`, {}, marker.notes) : undefined,
    marker.protected ? element(`${prefix}protected`) : undefined,
  )
}
