import type { ErrorCode } from '../../api/index.ts'
import type { HostId, VmId } from '../../base/ids.ts'
import type { ImageHeader } from '../../images/header.ts'
import type { NamedVolume } from '../pool/volume-store.ts'

/** What there is to choose from for a new VM: rows of the inventory, what the hosts that could be chosen say now, and
 *  the headers of the images that were named. */
export type Offer = {
  readonly takenNames: ReadonlySet<string>
  readonly hosts: readonly OfferedHost[]
  readonly volumes: readonly OfferedVolume[]
  readonly networks: readonly { readonly host: HostId; readonly name: string; readonly active: boolean }[]
  readonly ownPool: string
  readonly sampleHere: boolean
}

/** A host; sizes in bytes. `up`: it is connected, and answered when it was asked. */
export type OfferedHost = {
  readonly id: HostId
  readonly name: string
  readonly up: boolean
  /** Why it is not, completing "NAME does not answer (...)". */
  readonly why?: string | undefined
  readonly kvm: { readonly works: boolean; readonly why: string }
  readonly cpus: number | null
  readonly memoryBytes: number | null
  readonly freeBytes: number | null
  readonly poolFreeBytes: number | null
  readonly arch: string
}

export type OfferedVolume = NamedVolume & {
  readonly header?: ImageHeader | undefined
  /** Its host has it no more. */
  readonly gone?: boolean | undefined
  /** Where the bytes of its pool are, when they are not the host's own. */
  readonly source?: string | undefined
  /** Why its header is not known, completing "it ...". */
  readonly unread?: string | undefined
}

export type Choice = { readonly what: string; readonly value: string; readonly because: string }
export type PlanObstacle = {
  readonly code: ErrorCode
  readonly field: string | null
  readonly details: Readonly<Record<string, unknown>>
}
/** What may be wanted and will disappoint all the same. */
export type PlanWarning = { readonly field: string; readonly title: string }

/** What a plan finds out while it is made. */
export class Findings {
  readonly obstacles: PlanObstacle[] = []
  readonly chosen: Choice[] = []
  readonly warnings: PlanWarning[] = []

  stop(code: ErrorCode, field: string | null, details: Readonly<Record<string, unknown>>): void {
    this.obstacles.push({ code, field, details })
  }

  /** A value of the request that cannot be; `why` completes the sentence "FIELD ...". */
  refuse(field: string, why: string): void {
    this.stop('not_valid', field, { field, why, errors: [{ field, why }] })
  }

  choose(what: string, value: string, because: string): void {
    this.chosen.push({ what, value, because })
  }

  warn(field: string, title: string): void {
    this.warnings.push({ field, title })
  }
}

/** New identities for a plan: from a random source at the edge. */
export type Fresh = { readonly vm: VmId; readonly uuid: string; mac(): string }
