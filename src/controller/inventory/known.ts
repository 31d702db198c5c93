import type { HostId, TaskId, VmId } from '../../base/ids.ts'
import type { Row } from '../../db/tables.ts'

/** What the database knows about one (host, uuid) before a batch is applied. */
export type Known = {
  readonly sighting: Row<'sighting'> | undefined
  readonly vm: KnownVm | undefined
  /** Its last definition, where it is needed: for the difference, and where the VM is seen elsewhere too. */
  readonly definition: Definition | undefined
  readonly lock: HeldBy | undefined
  /** The marker names a VM that is seen under another UUID: this domain is a copy of it, made outside. */
  readonly markerCopied: boolean
}

export type KnownVm = Pick<
  Row<'vm'>,
  'id' | 'name' | 'title' | 'memory_mib' | 'vcpus' | 'owner_copy' | 'summary' | 'definition_hash' | 'scopes'
> & {
  /** Where else it is seen. */
  readonly elsewhere: readonly Elsewhere[]
}

export type Definition = { readonly hash: string; readonly xml: string }

/** Another sighting of the same VM. */
export type Elsewhere = {
  readonly host: HostId
  readonly uuid: string
  readonly name: string
  readonly state: string
  readonly firstSeen: Date
  readonly definition: Definition | undefined
}

/** The task that holds the VM: what happens to it meanwhile is that task's doing. */
export type HeldBy = { readonly task: TaskId; readonly by: string; readonly person: boolean }

export type Place = { readonly host: HostId; readonly hostName: string; readonly copy: string }

/** Where a VM's row stands after the batch. */
export type VmWrite = {
  readonly id: VmId
  readonly name: string
  readonly title: string | null
  readonly memoryMiB: number
  readonly vcpus: number
  readonly ownerCopy: string | null
  readonly summary: Record<string, unknown>
  readonly definitionHash: string | null
  readonly scopes: readonly string[]
  readonly gone: boolean
  readonly tags: readonly string[]
  readonly notes: string
  readonly protected: boolean
}
