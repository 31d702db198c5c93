import { connectCalls } from './connect-calls.ts'
import { domainCalls } from './domain-calls.ts'
import { networkCalls } from './network-calls.ts'
import type { ArgsOf, Procedure, RetOf, StreamProcedure } from './procedure.ts'
import { storageCalls } from './storage-calls.ts'

/** libvirt's remote program, version 1: the calls that Floe makes. */
export const remoteProgram = 0x20008086
export const remoteVersion = 1

export const calls = { ...connectCalls, ...domainCalls, ...storageCalls, ...networkCalls } as const
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
