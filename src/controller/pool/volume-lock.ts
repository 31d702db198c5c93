import type { Lock } from '../../tasks/task.ts'

/** The lock of a volume: nobody makes a VM on it while it is removed, and nobody removes it while a VM is made on it.
 *  Named by host and path, because two pools over one folder have the same file, and the name stands in the refusal. */
export const volumeLock = (
  { hostName, path }: { readonly hostName: string; readonly path: string },
  cause: string,
): Lock => ({ kind: 'volume', id: `${hostName}:${path}`, cause })
