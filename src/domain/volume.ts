import type { XmlElement } from '@floe/xml'

import type { Permissions } from './pool.ts'

/** A volume in a libvirt storage pool. */
export type VolumeView = {
  readonly name: string | undefined
  /** What libvirt finds it by anywhere on the host; for files the path. */
  readonly key: string | undefined
  readonly type: string | undefined
  readonly path: string | undefined
  readonly format: string | undefined
  readonly capacityBytes: number | undefined
  readonly allocationBytes: number | undefined
  readonly physicalBytes: number | undefined
  readonly permissions: Permissions | undefined
  readonly backing: { readonly path: string; readonly format: string | undefined } | undefined
}

export type VolumeSpec = {
  readonly name: string
  readonly format: 'qcow2' | 'raw'
  readonly capacityBytes: number
  /** How much is taken at once; without it nothing is. */
  readonly allocationBytes?: number | undefined
  readonly permissions?: Permissions | undefined
  /** Only for qcow2; its format is named, never probed. */
  readonly backing?: { readonly path: string; readonly format: 'qcow2' | 'raw' } | undefined
}

/** The view of a volume's document. Throws `XmlError`, or `DocumentError` when it is no volume. */
export function parseVolume(_document: string | XmlElement): VolumeView {
  throw new Error('not there yet')
}

/** The document for `virStorageVolCreateXML`. Throws `SpecError`. */
export function toVolumeXml(_spec: VolumeSpec): string {
  throw new Error('not there yet')
}
