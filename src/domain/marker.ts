import type { XmlElement } from '@floe/xml'

/** Floe's note in a domain's metadata: whose the VM is, and what a lost database is rebuilt from. */
export type Marker = {
  /** Floe's own id of the VM. */
  readonly id: string
  /** The copy of Floe that runs it. */
  readonly floe: string
  /** The task that made the domain. */
  readonly task?: string | undefined
  readonly tags: readonly string[]
  readonly notes?: string | undefined
  readonly protected: boolean
}

/** The namespace and the prefix for `virDomainSetMetadata` (type element: 2). */
export const markerNamespace = 'https://floe.example/xmlns/vm/1'
export const markerPrefix = 'floe'

/** The marker in a domain document (or in its metadata alone); nothing when it has none or a damaged one. */
export function parseMarker(_document: string | XmlElement): Marker | undefined {
  throw new Error('not there yet')
}

/** The element for `virDomainSetMetadata`: without prefix and namespace, which libvirt adds from its arguments. */
export function toMarkerMetadata(_marker: Marker): string {
  throw new Error('not there yet')
}
