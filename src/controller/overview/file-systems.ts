/** A running pool, sizes in bytes. */
export type PoolFigures = {
  readonly host: string
  /** libvirt's type of pool. */
  readonly kind: string
  readonly capacityBytes: number
  readonly availableBytes: number
}

export type FileSystems = {
  readonly capacityBytes: number
  readonly availableBytes: number
  /** Pools that lie on the file system of another and are not counted again. */
  readonly shared: number
}

/** libvirt reads a pool's figures when the pool is refreshed, each at its own time: what was written in between. */
const drift = 0.05

/** What pools amount to, each file system counted once. libvirt does not say on which one a directory pool lies; two on
 *  one host with the same capacity to the byte, and nearly the same room left, are taken for one. Of their figures the
 *  smaller room counts. */
export function sumOfFileSystems(pools: readonly PoolFigures[]): FileSystems {
  const counted: PoolFigures[] = []
  // By room: neighbours are those that differ least.
  for (const pool of pools.toSorted((a, b) => a.availableBytes - b.availableBytes))
    if (!counted.some((other) => areOne(pool, other))) counted.push(pool)
  return {
    capacityBytes: counted.reduce((sum, pool) => sum + pool.capacityBytes, 0),
    availableBytes: counted.reduce((sum, pool) => sum + pool.availableBytes, 0),
    shared: pools.length - counted.length,
  }
}

const areOne = (a: PoolFigures, b: PoolFigures): boolean =>
  a.kind === 'dir' &&
  b.kind === 'dir' &&
  a.host === b.host &&
  a.capacityBytes === b.capacityBytes &&
  Math.abs(a.availableBytes - b.availableBytes) <= a.capacityBytes * drift
