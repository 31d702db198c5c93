import { element, format, type XmlElement } from '@floe/xml'

import { rootOf } from './document.ts'
import { type Permissions, permissionsElement, toPermissions } from './permissions.ts'
import { bytesOf } from './quantity.ts'
import { checkInteger, checkObjectName, checkPath } from './spec-check.ts'
import { SpecError } from './spec-error.ts'

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
  /** When a file was last written, as seconds with a fraction in text. */
  readonly modified: string | undefined
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
export function parseVolume(document: string | XmlElement): VolumeView {
  const volume = rootOf(document, 'volume')
  const target = volume.child('target')
  const backing = volume.child('backingStore')
  const backingPath = backing?.child('path')?.text()
  return {
    name: volume.child('name')?.text(),
    key: volume.child('key')?.text(),
    type: volume.attr('type'),
    path: target?.child('path')?.text(),
    format: target?.child('format')?.attr('type'),
    capacityBytes: bytesOf(volume.child('capacity'), 'bytes'),
    allocationBytes: bytesOf(volume.child('allocation'), 'bytes'),
    physicalBytes: bytesOf(volume.child('physical'), 'bytes'),
    modified: target?.child('timestamps')?.child('mtime')?.text(),
    permissions: toPermissions(target?.child('permissions')),
    backing: backingPath ? { path: backingPath, format: backing?.child('format')?.attr('type') } : undefined,
  }
}

/** The document for `virStorageVolCreateXML`. Throws `SpecError`. */
export function toVolumeXml(spec: VolumeSpec): string {
  checkObjectName('name', "The volume's name", spec.name)
  checkInteger('capacityBytes', 'The capacity in bytes', spec.capacityBytes, { min: 1, max: Number.MAX_SAFE_INTEGER })
  const allocation = spec.allocationBytes ?? 0
  checkInteger('allocationBytes', 'The allocation in bytes', allocation, { min: 0, max: spec.capacityBytes })
  return format(
    element(
      'volume',
      { type: 'file' },
      element('name', {}, spec.name),
      element('capacity', { unit: 'bytes' }, spec.capacityBytes),
      element('allocation', { unit: 'bytes' }, allocation),
      element(
        'target',
        {},
        element('format', { type: spec.format }),
        permissionsElement(spec.permissions),
        // Version 3 of qcow2: without it libvirt makes the old one, which has no bitmaps for backups.
        spec.format === 'qcow2' ? element('compat', {}, '1.1') : undefined,
      ),
      backingElement(spec),
    ),
  )
}

function backingElement({ backing, format }: VolumeSpec): XmlElement | undefined {
  if (!backing) return undefined
  if (format !== 'qcow2') throw new SpecError('backing', 'Only a qcow2 volume can lie on another; make it qcow2.')
  checkPath('backing.path', "The backing image's path", backing.path)
  return element('backingStore', {}, element('path', {}, backing.path), element('format', { type: backing.format }))
}
