import type { PoolView } from '../../domain/index.ts'

/** Kinds of pools whose bytes are elsewhere: two hosts with one source see one volume. */
export const sharedKinds = ['netfs', 'iscsi', 'iscsi-direct', 'rbd', 'gluster', 'sheepdog', 'vstorage'] as const

export const isShared = (kind: string | undefined): boolean => (sharedKinds as readonly unknown[]).includes(kind)

/** Where the bytes of a shared pool are, the same on every host that names it the same way: `netfs nas:/export`.
 *  Nothing for a pool whose bytes are its host's own. */
export function sharedSource({ type, source }: Pick<PoolView, 'type' | 'source'>): string | undefined {
  if (!isShared(type)) return undefined
  const hosts = (source?.hosts ?? []).toSorted().join(',')
  const place = [source?.name, source?.path].filter((one) => one !== undefined).join(' ')
  return `${type} ${hosts}:${place}`
}
