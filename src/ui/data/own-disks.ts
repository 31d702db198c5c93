import type { Pool, VmDetail } from './resources.ts'

/** The disks that deleting a VM may remove: those in a pool of Floe's own on its host. Media and what lies elsewhere stay. */
export const ownDisks = (vm: Pick<VmDetail, 'disks' | 'host'>, pools: readonly Pool[]): VmDetail['disks'] =>
  vm.disks.filter(
    (disk) =>
      disk.device === 'disk' &&
      pools.some((pool) => pool.ours && pool.name === disk.pool && (vm.host === null || pool.host === vm.host)),
  )
