import type { XmlElement } from '@floe/xml'

import { textAt, toInteger } from './document.ts'

export type DiskView = {
  /** The guest's name of it as libvirt writes it: `vda`. */
  readonly target: string | undefined
  readonly bus: string | undefined
  /** `disk`, `cdrom`, `floppy`, `lun`. */
  readonly device: string
  /** `undefined`: an empty drive. */
  readonly source: DiskSource | undefined
  /** Paths of the images it rests on, nearest first, where the document says so: a live one does, a defined one may. */
  readonly backing: readonly string[]
  readonly format: string | undefined
  readonly readonly: boolean
  readonly shareable: boolean
  readonly bootOrder: number | undefined
  readonly serial: string | undefined
  readonly alias: string | undefined
}

export type DiskSource =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'block'; readonly path: string }
  | { readonly type: 'dir'; readonly path: string }
  | { readonly type: 'volume'; readonly pool: string; readonly volume: string }
  | {
      readonly type: 'network'
      readonly protocol: string
      readonly name: string | undefined
      readonly hosts: readonly string[]
    }
  | { readonly type: 'other'; readonly kind: string }

/** The view of a `<disk>`. */
export function toDiskView(disk: XmlElement): DiskView {
  const target = disk.child('target')
  const device = disk.attr('device') ?? 'disk'
  return {
    target: target?.attr('dev'),
    bus: target?.attr('bus'),
    device,
    source: toDiskSource(disk),
    backing: toBacking(disk),
    format: disk.child('driver')?.attr('type'),
    readonly: device === 'cdrom' || disk.child('readonly') !== undefined,
    shareable: disk.child('shareable') !== undefined,
    bootOrder: toInteger(disk.child('boot')?.attr('order')),
    serial: textAt(disk, 'serial'),
    alias: disk.child('alias')?.attr('name'),
  }
}

function toBacking(disk: XmlElement): string[] {
  const paths: string[] = []
  for (let at = disk.child('backingStore'); at; at = at.child('backingStore')) {
    const source = at.child('source')
    const path = source?.attr('file') ?? source?.attr('dev')
    if (path !== undefined) paths.push(path)
  }
  return paths
}

function toDiskSource(disk: XmlElement): DiskSource | undefined {
  const source = disk.child('source')
  if (!source) return undefined
  const type = disk.attr('type') ?? 'file'
  switch (type) {
    case 'file':
      return pathSource('file', source.attr('file'))
    case 'block':
      return pathSource('block', source.attr('dev'))
    case 'dir':
      return pathSource('dir', source.attr('dir'))
    case 'volume': {
      const [pool, volume] = [source.attr('pool'), source.attr('volume')]
      return pool === undefined || volume === undefined ? undefined : { type, pool, volume }
    }
    case 'network':
      return {
        type,
        protocol: source.attr('protocol') ?? 'unknown',
        name: source.attr('name'),
        hosts: source.children('host').map(toHost),
      }
    default:
      return { type: 'other', kind: type }
  }
}

const pathSource = (type: 'file' | 'block' | 'dir', path: string | undefined): DiskSource | undefined =>
  path === undefined ? undefined : { type, path }

function toHost(host: XmlElement): string {
  const [name, port] = [host.attr('name') ?? host.attr('socket') ?? '', host.attr('port')]
  return port === undefined ? name : `${name}:${port}`
}
