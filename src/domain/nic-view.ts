import type { XmlElement } from '@floe/xml'

import { toInteger } from './document.ts'

export type NicView = {
  readonly mac: string | undefined
  readonly model: string | undefined
  readonly source: NicSource | undefined
  /** The host's name of its tap device; libvirt gives it at the start. */
  readonly target: string | undefined
  readonly linkUp: boolean
  readonly bootOrder: number | undefined
  readonly alias: string | undefined
}

export type NicSource =
  | { readonly type: 'network'; readonly network: string; readonly bridge: string | undefined }
  | { readonly type: 'bridge'; readonly bridge: string }
  | { readonly type: 'direct'; readonly device: string; readonly mode: string | undefined }
  | { readonly type: 'user' }
  | { readonly type: 'other'; readonly kind: string }

/** The view of an `<interface>`. */
export function toNicView(nic: XmlElement): NicView {
  return {
    mac: nic.child('mac')?.attr('address')?.toLowerCase(),
    model: nic.child('model')?.attr('type'),
    source: toNicSource(nic),
    target: nic.child('target')?.attr('dev'),
    linkUp: nic.child('link')?.attr('state') !== 'down',
    bootOrder: toInteger(nic.child('boot')?.attr('order')),
    alias: nic.child('alias')?.attr('name'),
  }
}

function toNicSource(nic: XmlElement): NicSource | undefined {
  const source = nic.child('source')
  const type = nic.attr('type')
  switch (type) {
    case undefined:
      return undefined
    case 'user':
      return { type }
    case 'network': {
      const network = source?.attr('network')
      return network === undefined ? undefined : { type, network, bridge: source?.attr('bridge') }
    }
    case 'bridge': {
      const bridge = source?.attr('bridge')
      return bridge === undefined ? undefined : { type, bridge }
    }
    case 'direct': {
      const device = source?.attr('dev')
      return device === undefined ? undefined : { type, device, mode: source?.attr('mode') }
    }
    default:
      return { type: 'other', kind: type }
  }
}
