import type { VmId } from '../../base/ids.ts'
import type { Lock } from '../../tasks/task.ts'

/** What a lock names a volume by. */
export type LockedVolume = {
  readonly hostName: string
  readonly path: string
  readonly name: string
  /** Where the bytes of its pool are, when they are not the host's own. */
  readonly source?: string | undefined
}

/** A volume by host and path, because two pools over one folder have the same file; one of a shared pool by its source,
 *  because it is one volume on every host, wherever each has mounted it. It stands in refusals. */
export const volumeLockId = ({ hostName, path, name, source }: LockedVolume): string =>
  source === undefined ? `${hostName}:${path}` : `${source}/${name}`

/** The lock of whoever writes or removes a volume: there is one at a time. */
export const volumeLock = (volume: LockedVolume, cause: string): Lock => ({
  kind: 'volume',
  id: volumeLockId(volume),
  cause,
})

/** The note of a VM that is being made to read a volume. Many may read one, so each holds a lock of its own, and locks do
 *  not keep readers and writers apart by themselves: each looks for the other's once it holds its own (`otherWriter`,
 *  `otherReader`), so that of two that come at once at least one sees the other. */
export const volumeReadLock = (volume: LockedVolume, reader: VmId, cause: string): Lock => ({
  kind: 'volume-reader',
  id: `${reader} ${volumeLockId(volume)}`,
  cause,
})
