import { element, format, type XmlElement } from '@floe/xml'

import { rootOf, textAt, toInteger } from './document.ts'
import { checkInteger, checkObjectName, checkUuid } from './spec-check.ts'
import { SpecError } from './spec-error.ts'

/** A libvirt network. Whether it is active is not in its document: ask `virNetworkIsActive`. */
export type NetworkView = {
  readonly uuid: string | undefined
  readonly name: string | undefined
  readonly bridge: string | undefined
  /** `nat`, `route`, `open`, `bridge`, `passthrough` …; `isolated` where the document has none. */
  readonly forward: string
  readonly domain: string | undefined
  readonly mac: string | undefined
  readonly addresses: readonly NetworkAddress[]
}

export type NetworkAddress = {
  readonly family: 'ipv4' | 'ipv6'
  readonly address: string | undefined
  readonly netmask: string | undefined
  readonly prefix: number | undefined
  readonly dhcp:
    | {
        readonly ranges: readonly { readonly start: string; readonly end: string }[]
        readonly hosts: readonly {
          readonly mac: string | undefined
          readonly name: string | undefined
          readonly ip: string | undefined
        }[]
      }
    | undefined
}

export type NetworkSpec = {
  readonly name: string
  readonly uuid?: string | undefined
  readonly bridge?: string | undefined
  /** `isolated`: guests see each other and the host only. */
  readonly forward: 'nat' | 'route' | 'isolated'
  readonly ipv4?:
    | {
        readonly address: string
        readonly prefix: number
        readonly dhcp?: { readonly start: string; readonly end: string } | undefined
      }
    | undefined
}

/** The view of a network's document. Throws `XmlError`, or `DocumentError` when it is no network. */
export function parseNetwork(document: string | XmlElement): NetworkView {
  const network = rootOf(document, 'network')
  const forward = network.child('forward')
  return {
    uuid: textAt(network, 'uuid')?.toLowerCase(),
    name: network.child('name')?.text(),
    bridge: network.child('bridge')?.attr('name'),
    // <forward/> without a mode is NAT.
    forward: forward ? (forward.attr('mode') ?? 'nat') : 'isolated',
    domain: network.child('domain')?.attr('name'),
    mac: network.child('mac')?.attr('address')?.toLowerCase(),
    addresses: network.children('ip').map(toAddress),
  }
}

function toAddress(ip: XmlElement): NetworkAddress {
  const dhcp = ip.child('dhcp')
  return {
    family: ip.attr('family') === 'ipv6' ? 'ipv6' : 'ipv4',
    address: ip.attr('address'),
    netmask: ip.attr('netmask'),
    prefix: toInteger(ip.attr('prefix')),
    dhcp: dhcp && {
      ranges: dhcp
        .children('range')
        .map((range) => ({ start: range.attr('start') ?? '', end: range.attr('end') ?? '' })),
      hosts: dhcp
        .children('host')
        .map((host) => ({ mac: host.attr('mac'), name: host.attr('name'), ip: host.attr('ip') })),
    },
  }
}

/** The document for `virNetworkDefineXML`. Throws `SpecError`. */
export function toNetworkXml(spec: NetworkSpec): string {
  checkObjectName('name', "The network's name", spec.name)
  if (spec.uuid !== undefined) checkUuid('uuid', "The network's UUID", spec.uuid)
  if (spec.bridge !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(spec.bridge)) {
    throw new SpecError('bridge', 'The bridge has up to 15 letters, digits, ".", "_" and "-", like virbr1.')
  }
  return format(
    element(
      'network',
      {},
      element('name', {}, spec.name),
      spec.uuid === undefined ? undefined : element('uuid', {}, spec.uuid),
      spec.forward === 'isolated' ? undefined : element('forward', { mode: spec.forward }),
      element('bridge', { name: spec.bridge, stp: 'on', delay: 0 }),
      spec.ipv4 && ipv4Element(spec.ipv4),
    ),
  )
}

function ipv4Element({ address, prefix, dhcp }: NonNullable<NetworkSpec['ipv4']>): XmlElement {
  checkIpv4('ipv4.address', address)
  checkInteger('ipv4.prefix', "The network's prefix", prefix, { min: 8, max: 30 })
  if (dhcp) {
    checkIpv4('ipv4.dhcp.start', dhcp.start)
    checkIpv4('ipv4.dhcp.end', dhcp.end)
  }
  return element(
    'ip',
    { address, prefix },
    dhcp && element('dhcp', {}, element('range', { start: dhcp.start, end: dhcp.end })),
  )
}

function checkIpv4(field: string, address: string): void {
  const parts = address.split('.')
  if (parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)) return
  throw new SpecError(field, 'An IPv4 address has four numbers below 256, like 192.168.150.1.')
}
