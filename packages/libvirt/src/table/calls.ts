import { backupCalls } from './backup-calls.ts'
import { blockJobCalls } from './block-job-calls.ts'
import { connectCalls } from './connect-calls.ts'
import { cpuMemoryCalls } from './cpu-memory-calls.ts'
import { deviceCalls } from './device-calls.ts'
import { domainCalls } from './domain-calls.ts'
import { domainInputCalls } from './domain-input-calls.ts'
import { domainSaveCalls } from './domain-save-calls.ts'
import { domainStatsCalls } from './domain-stats-calls.ts'
import { eventCalls } from './event-calls.ts'
import { guestCalls } from './guest-calls.ts'
import { interfaceCalls } from './interface-calls.ts'
import { migrationCalls } from './migration-calls.ts'
import { networkCalls } from './network-calls.ts'
import { nodeCalls } from './node-calls.ts'
import { nodeDeviceCalls } from './node-device-calls.ts'
import { nwfilterCalls } from './nwfilter-calls.ts'
import type { ArgsOf, Procedure, RetOf, StreamProcedure } from './procedure.ts'
import { secretCalls } from './secret-calls.ts'
import { snapshotCalls } from './snapshot-calls.ts'
import { storagePoolCalls } from './storage-pool-calls.ts'
import { storageVolumeCalls } from './storage-volume-calls.ts'
import { tuningCalls } from './tuning-calls.ts'

/** libvirt's remote program, version 1: the calls that Floe makes. */
export const remoteProgram = 0x20008086
export const remoteVersion = 1

/** The table's families, in the order of the documents. */
export const families = {
  connection: connectCalls,
  node: nodeCalls,
  'node devices': nodeDeviceCalls,
  events: eventCalls,
  domains: domainCalls,
  'statistics of domains': domainStatsCalls,
  'saving and dumping': domainSaveCalls,
  devices: deviceCalls,
  'keys, screen, console, memory': domainInputCalls,
  'processors and memory': cpuMemoryCalls,
  tuning: tuningCalls,
  'block jobs': blockJobCalls,
  snapshots: snapshotCalls,
  'checkpoints and backup': backupCalls,
  'migration and jobs': migrationCalls,
  guests: guestCalls,
  pools: storagePoolCalls,
  volumes: storageVolumeCalls,
  networks: networkCalls,
  'packet filters': nwfilterCalls,
  secrets: secretCalls,
  interfaces: interfaceCalls,
} as const

export const calls = {
  ...connectCalls,
  ...nodeCalls,
  ...nodeDeviceCalls,
  ...eventCalls,
  ...domainCalls,
  ...domainStatsCalls,
  ...domainSaveCalls,
  ...deviceCalls,
  ...domainInputCalls,
  ...cpuMemoryCalls,
  ...tuningCalls,
  ...blockJobCalls,
  ...snapshotCalls,
  ...backupCalls,
  ...migrationCalls,
  ...guestCalls,
  ...storagePoolCalls,
  ...storageVolumeCalls,
  ...networkCalls,
  ...nwfilterCalls,
  ...secretCalls,
  ...interfaceCalls,
} as const
export type Calls = typeof calls
export type ProcedureName = keyof Calls

/** Calls that open a stream are methods of a connection; the others are `connection.call.NAME`. */
export type StreamName = { [K in ProcedureName]: Calls[K] extends StreamProcedure ? K : never }[ProcedureName]
export type CallName = Exclude<ProcedureName, StreamName>

export type CallOptions = {
  /** Milliseconds until the caller hears `DeadlineExceeded`; the connection's own deadline when not given. */
  readonly deadlineMs?: number
  /** Only stops waiting: the protocol has no cancel, and the place stays taken until the daemon answers. */
  readonly signal?: AbortSignal
}

type NoRequired<T> = Partial<T> extends T ? true : false
export type Args<K extends ProcedureName> = ArgsOf<Calls[K]>
export type Ret<K extends ProcedureName> = RetOf<Calls[K]>
type Call<K extends ProcedureName> =
  NoRequired<Args<K>> extends true
    ? (args?: Args<K>, options?: CallOptions) => Promise<Ret<K>>
    : (args: Args<K>, options?: CallOptions) => Promise<Ret<K>>

/** Every call of the table, typed: `api.domainGetInfo({ dom }, { signal, deadlineMs })`. */
export type Api = { readonly [K in CallName]: Call<K> }

export const procedureNames = Object.keys(calls) as ProcedureName[]
export const procedure = (name: ProcedureName): Procedure => calls[name]
export const isStreamName = (name: ProcedureName): name is StreamName => 'stream' in calls[name]
