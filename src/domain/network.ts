import type { XmlElement } from '@floe/xml'

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
export function parseNetwork(_document: string | XmlElement): NetworkView {
  throw new Error('not there yet')
}

/** The document for `virNetworkDefineXML`. Throws `SpecError`. */
export function toNetworkXml(_spec: NetworkSpec): string {
  throw new Error('not there yet')
}
