import { expectTypeOf, test } from 'vitest'

import type {
  Api,
  Checkpoint,
  Connection,
  Dom,
  DomainLifecycle,
  EventKind,
  EventOf,
  Hole,
  LibvirtEvent,
  LibvirtStream,
  Secret,
  Snapshot,
  SparseStream,
  TypedParam,
  Vol,
  Word,
} from '../index.ts'
import type { FakeHandlers } from '../testing/index.ts'

type Asked<K extends keyof Api> = Parameters<Api[K]>[0]
type Answered<K extends keyof Api> = Awaited<ReturnType<Api[K]>>

test('a call takes its arguments, and options after them', () => {
  expectTypeOf<{ dom: Dom }>().toExtend<Asked<'domainGetInfo'>>()
  expectTypeOf<[{ dom: Dom }, { deadlineMs: number; signal: AbortSignal }]>().toExtend<
    Parameters<Api['domainGetInfo']>
  >()
  expectTypeOf<Asked<'domainBlockJobSetSpeed'>>().toExtend<{
    dom: DomIn
    disk: string
    bandwidth?: bigint | undefined
  }>()
  // A 64-bit number is no number, and a name is no domain.
  expectTypeOf<{ dom: Dom; disk: string; bandwidth: number }>().not.toExtend<Asked<'domainBlockJobSetSpeed'>>()
  expectTypeOf<{ dom: string }>().not.toExtend<Asked<'domainGetInfo'>>()
})

test('a call without a required argument may be made without any', () => {
  expectTypeOf<[]>().toExtend<Parameters<Api['connectListAllDomains']>>()
  expectTypeOf<[]>().not.toExtend<Parameters<Api['domainGetInfo']>>()
})

test('an answer has its fields: words, 64 bits as bigint, bytes as a Buffer, what may be missing as undefined', () => {
  expectTypeOf<Answered<'domainGetInfo'>['memoryKiB']>().toEqualTypeOf<bigint>()
  expectTypeOf<'running'>().toExtend<Answered<'domainGetInfo'>['state']>()
  expectTypeOf<'flying'>().not.toExtend<Answered<'domainGetInfo'>['state']>()
  expectTypeOf<Answered<'domainGetJobStats'>['params']>().toEqualTypeOf<readonly TypedParam[]>()
  expectTypeOf<Answered<'domainMigratePrepare3Params'>>().toEqualTypeOf<
    Readonly<{ cookie: Buffer; uri: string | undefined }>
  >()
  expectTypeOf<Answered<'secretGetValue'>['value']>().toEqualTypeOf<Buffer>()
  expectTypeOf<Answered<'domainSnapshotCurrent'>['snapshot']>().toEqualTypeOf<Snapshot>()
  expectTypeOf<Answered<'domainListAllCheckpoints'>['checkpoints']>().toEqualTypeOf<readonly Checkpoint[]>()
})

test('a parameter’s type and value belong together', () => {
  expectTypeOf<{ name: string; type: 'ullong'; value: bigint }>().toExtend<TypedParam>()
  expectTypeOf<{ name: string; type: 'ullong'; value: number }>().not.toExtend<TypedParam>()
  expectTypeOf<{ name: string; type: 'string'; value: boolean }>().not.toExtend<TypedParam>()
})

test('an event has the fields of its kind', () => {
  expectTypeOf<EventOf<'lifecycle'>['event']>().toEqualTypeOf<Word<DomainLifecycle>>()
  expectTypeOf<EventOf<'migrationIteration'>['iteration']>().toEqualTypeOf<number>()
  expectTypeOf<EventOf<'secretLifecycle'>['secret']>().toEqualTypeOf<Secret>()
  expectTypeOf<LibvirtEvent['kind']>().toEqualTypeOf<EventKind>()
  expectTypeOf<EventOf<'reboot'>>().not.toHaveProperty('device')
})

test('calls with a stream are methods, sparse ones have holes', () => {
  expectTypeOf<'storageVolDownload'>().not.toExtend<keyof Api>()
  type Download = Connection['volumeDownload']
  const plain = (download: Download, vol: Vol) => download(vol, { offset: 1n })
  const sparse = (download: Download, vol: Vol) => download(vol, { sparse: true })
  expectTypeOf<ReturnType<typeof plain>>().toEqualTypeOf<Promise<LibvirtStream>>()
  expectTypeOf<ReturnType<typeof sparse>>().toEqualTypeOf<Promise<SparseStream>>()
  const items = async (stream: SparseStream): Promise<Buffer | Hole> => {
    for await (const item of stream) return item
    throw new Error('empty')
  }
  expectTypeOf(items).returns.resolves.toEqualTypeOf<Buffer | Hole>()
})

test('a fake daemon’s handler gets the decoded arguments and owes the answer', () => {
  type Handler = NonNullable<FakeHandlers['domainGetState']>
  expectTypeOf<Parameters<Handler>[0]['dom']>().toEqualTypeOf<Dom>()
  expectTypeOf<() => { state: 'running'; reason: number }>().toExtend<Handler>()
  expectTypeOf<() => { state: 'running' }>().not.toExtend<Handler>()
})

type DomIn = { readonly name: string; readonly uuid: string } & { readonly id?: number | undefined }
