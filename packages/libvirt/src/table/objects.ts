import { i32, str, struct, withDefault, word, type OutOf } from '../xdr/schema.ts'
import { uuid } from './shapes.ts'

/** How libvirt names a domain in a call. `id` is -1 while it does not run; a daemon finds it by `uuid` alone. */
export const dom = struct({ name: str, uuid, id: withDefault(i32, -1) })
export const pool = struct({ name: str, uuid })
export const vol = struct({ pool: str, name: str, key: str })
export const net = struct({ name: str, uuid })

export const networkPort = struct({ net, uuid })
export const nodeDevice = struct({ name: str })
export const networkInterface = struct({ name: str, mac: str })
export const nwfilter = struct({ name: str, uuid })
export const nwfilterBinding = struct({ port: str, filter: str })
export const secretUsages = ['none', 'volume', 'ceph', 'iscsi', 'tls', 'vtpm'] as const
export const secretUsage = word(secretUsages)
export const secret = struct({ uuid, usageType: secretUsage, usageId: str })
export const snapshot = struct({ name: str, dom })
export const checkpoint = struct({ name: str, dom })

export type Dom = OutOf<typeof dom>
export type Pool = OutOf<typeof pool>
export type Vol = OutOf<typeof vol>
export type Net = OutOf<typeof net>
export type NetworkPort = OutOf<typeof networkPort>
export type NodeDevice = OutOf<typeof nodeDevice>
export type NetworkInterface = OutOf<typeof networkInterface>
export type Nwfilter = OutOf<typeof nwfilter>
export type NwfilterBinding = OutOf<typeof nwfilterBinding>
export type Secret = OutOf<typeof secret>
export type Snapshot = OutOf<typeof snapshot>
export type Checkpoint = OutOf<typeof checkpoint>
