import type { XmlElement } from '@floe/xml'

/** A libvirt storage pool. */
export type PoolView = {
  readonly uuid: string | undefined
  readonly name: string | undefined
  /** `dir`, `fs`, `netfs`, `logical`, `rbd`, … */
  readonly type: string | undefined
  /** Where it shows on the host. */
  readonly path: string | undefined
  readonly source:
    | { readonly hosts: readonly string[]; readonly path: string | undefined; readonly name: string | undefined }
    | undefined
  readonly capacityBytes: number | undefined
  readonly allocationBytes: number | undefined
  readonly availableBytes: number | undefined
  readonly permissions: Permissions | undefined
}

export type Permissions = {
  /** Octal digits: `0711`. */
  readonly mode?: string | undefined
  readonly owner?: number | undefined
  readonly group?: number | undefined
}

export type DirPoolSpec = {
  readonly name: string
  readonly uuid?: string | undefined
  /** An absolute path on the host. */
  readonly path: string
  readonly permissions?: Permissions | undefined
}

/** The view of a storage pool's document. Throws `XmlError`, or `DocumentError` when it is no pool. */
export function parsePool(_document: string | XmlElement): PoolView {
  throw new Error('not there yet')
}

/** The document of a directory pool. Throws `SpecError`. */
export function toDirPoolXml(_spec: DirPoolSpec): string {
  throw new Error('not there yet')
}
