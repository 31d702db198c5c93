import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { messageStatus, messageType } from '../framing.ts'
import { calls, type ProcedureName } from '../table/calls.ts'
import { errorBody } from '../table/error-body.ts'
import { eventKinds, type EventKind } from '../table/events.ts'
import { XdrReader } from '../xdr/reader.ts'
import { daemonOf, recordedFrames, type RecordedFrame } from './fixtures.ts'

/** How a layout of the table is known to be right by something else than this package: bytes that the C library and a
 *  real libvirtd exchanged, or a test that uses it on a real libvirtd. Our own fake daemon proves nothing. */
export type Evidence = {
  readonly recorded: Recorded | undefined
  /** Drivers of a real libvirtd on which a test uses it. */
  readonly used: readonly Driver[]
}
type Recorded = {
  /** Of libvirt, as `9.0.0`. */
  readonly versions: readonly string[]
  readonly sha256: string
  /** A daemon answered with success; otherwise it understood the request, and its driver refused. */
  readonly answered: boolean
}
export type Driver = 'test' | 'qemu'

/** The oldest libvirt that the tests run on; each run checks it. */
export const testedVersion = '9.0.0'

const tests: Readonly<Record<Driver, readonly string[]>> = {
  test: ['libvirtd.test.ts', 'table/calls.test.ts', 'test/test-libvirtd.ts'],
  qemu: ['qemu.real.test.ts', 'table/calls.real.test.ts', 'table/migration.real.test.ts', 'test/test-qemu.ts'],
}
/** Rows that tests reach by a name of their own. */
const methods: Partial<Record<ProcedureName, string>> = {
  connectOpen: 'dial',
  connectClose: 'close',
  domainOpenConsole: 'openConsole',
  domainOpenChannel: 'openChannel',
  domainScreenshot: 'screenshot',
  nodeGetCpuStats: 'nodeCpuTimes',
  nodeGetMemoryStats: 'nodeMemory',
  storageVolDownload: 'volumeDownload',
  storageVolUpload: 'volumeUpload',
}

const sources = Object.entries(tests).map(
  ([driver, files]) =>
    [
      driver as Driver,
      files.map((file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')).join('\n'),
    ] as const,
)
const frames = Map.groupBy(recordedFrames(), ({ name }) => name)

export function evidenceOfCall(name: ProcedureName): Evidence {
  const own = frames.get(name) ?? []
  const answered = own.some(({ frame: { header } }) => isReply(header) && header.status === messageStatus.ok)
  const silent = Object.keys(calls[name].ret).length === 0
  const asked = own.some(({ from }) => from === 'client')
  const proves = asked && (answered || (silent && own.some(understood)))
  return { recorded: proves ? digest(own, answered) : undefined, used: usesOf(`.${methods[name] ?? name}(`) }
}

export function evidenceOfEvent(kind: EventKind): Evidence {
  const own = frames.get(kind) ?? []
  return { recorded: own.length > 0 ? digest(own, true) : undefined, used: usesOf(`'${kind}'`) }
}

export const proved = ({ recorded, used }: Evidence): boolean => recorded !== undefined || used.length > 0

/** Everything recorded has to belong to a row: bytes of a row that is gone prove nothing. */
export const orphans = (): readonly string[] =>
  [...frames.keys()].filter((name) => !(name in calls) && !eventKinds.includes(name as EventKind))

const usesOf = (text: string): readonly Driver[] =>
  sources
    .filter(([, source]) => source.includes(text) || source.includes(text.replace(/^\./, ' ')))
    .map(([driver]) => driver)

const isReply = (header: { readonly type: number }): boolean => header.type === messageType.reply

/** A refusal by libvirt's RPC layer (39) says that the bytes were no such call; one by the driver that they were. */
function understood({ frame }: RecordedFrame): boolean {
  if (!isReply(frame.header) || frame.header.status !== messageStatus.error) return false
  return errorBody.read(new XdrReader(frame.payload)).number !== 39
}

function digest(own: readonly RecordedFrame[], answered: boolean): Recorded {
  const hash = createHash('sha256')
  for (const { bytes } of own) hash.update(bytes)
  return { versions: [...new Set(own.map(daemonOf))].sort(), sha256: hash.digest('hex'), answered }
}
