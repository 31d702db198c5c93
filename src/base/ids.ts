import { randomFillSync } from 'node:crypto'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type HostId = Branded<'host'>
export type VmId = Branded<'vm'>
export type PoolId = Branded<'pool'>
export type VolumeId = Branded<'volume'>
export type NetworkId = Branded<'network'>
export type TaskId = Branded<'task'>
export type AccountId = Branded<'account'>
/** One installation of Floe: the marker in the metadata of the domains it runs. */
export type CopyId = Branded<'copy'>

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for a lower-case UUID in its 8-4-4-4-12 form. */
export const isUuid = (text: string): boolean => pattern.test(text)

/** A new identifier: UUID version 7 (RFC 9562), so that rows made one after another lie side by side in an index. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the brand: newId<VmId>()
export function newId<Id extends string>(nowMs: number = Date.now()): Id {
  const bytes = Buffer.alloc(16)
  randomFillSync(bytes, 6)
  bytes.writeUIntBE(nowMs, 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-') as Id
}
