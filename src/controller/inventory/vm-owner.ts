import { newId, type VmId } from '../../base/ids.ts'
import type { Known, Place } from './known.ts'
import type { Observed } from './observation.ts'

/** Which VM a domain is, and whose. */
export type Owner = {
  readonly id: VmId
  readonly fresh: boolean
  readonly foreign: string | undefined
  readonly ours: boolean
}

/** The marker is believed only where it cannot be a copy: a domain cloned outside carries its model's marker under another UUID. */
export function ownerOf(known: Known, seen: Observed | undefined, place: Place): Owner {
  const marker = known.markerCopied ? undefined : seen?.marker
  const foreign =
    marker && marker.floe !== place.copy ? marker.floe : marker ? undefined : (known.vm?.owner_copy ?? undefined)
  if (known.vm) return { id: known.vm.id, fresh: false, foreign, ours: marker?.floe === place.copy }
  if (marker && marker.floe === place.copy)
    return { id: marker.id as VmId, fresh: true, foreign: undefined, ours: true }
  return { id: newId<VmId>(), fresh: true, foreign, ours: false }
}
