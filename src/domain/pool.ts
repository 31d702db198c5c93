import { element, format, type XmlElement } from '@floe/xml'

import { rootOf, textAt } from './document.ts'
import { type Permissions, permissionsElement, toPermissions } from './permissions.ts'
import { bytesOf } from './quantity.ts'
import { checkObjectName, checkPath, checkUuid } from './spec-check.ts'

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

export type DirPoolSpec = {
  readonly name: string
  readonly uuid?: string | undefined
  /** An absolute path on the host. */
  readonly path: string
  readonly permissions?: Permissions | undefined
}

/** The view of a storage pool's document. Throws `XmlError`, or `DocumentError` when it is no pool. */
export function parsePool(document: string | XmlElement): PoolView {
  const pool = rootOf(document, 'pool')
  return {
    uuid: textAt(pool, 'uuid')?.toLowerCase(),
    name: pool.child('name')?.text(),
    type: pool.attr('type'),
    path: pool.at('target/path')?.text(),
    source: toSource(pool.child('source')),
    capacityBytes: bytesOf(pool.child('capacity'), 'bytes'),
    allocationBytes: bytesOf(pool.child('allocation'), 'bytes'),
    availableBytes: bytesOf(pool.child('available'), 'bytes'),
    permissions: toPermissions(pool.at('target/permissions')),
  }
}

function toSource(source: XmlElement | undefined): PoolView['source'] {
  if (!source || source.children().length === 0) return undefined
  return {
    hosts: source.children('host').flatMap((host) => host.attr('name') ?? []),
    path: source.child('dir')?.attr('path') ?? source.child('device')?.attr('path'),
    name: textAt(source, 'name'),
  }
}

/** The document of a directory pool. Throws `SpecError`. */
export function toDirPoolXml(spec: DirPoolSpec): string {
  checkObjectName('name', "The pool's name", spec.name)
  checkPath('path', "The pool's path", spec.path)
  if (spec.uuid !== undefined) checkUuid('uuid', "The pool's UUID", spec.uuid)
  return format(
    element(
      'pool',
      { type: 'dir' },
      element('name', {}, spec.name),
      spec.uuid === undefined ? undefined : element('uuid', {}, spec.uuid),
      element('target', {}, element('path', {}, spec.path), permissionsElement(spec.permissions)),
    ),
  )
}
