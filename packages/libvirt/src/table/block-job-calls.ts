import { bool, nullable, str, u64, withDefault } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { blockJobType, flagBits } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const bandwidth = withDefault(u64, 0n)
const disk = str

/** Jobs on a running domain's disk (`vda`). They go on after the call; the event `blockJob` tells the end.
 *  `bandwidth` 0 is unlimited, in MiB/s or, by flag, in bytes/s. */
export const blockJobCalls = {
  /** Fills the top image from its backing chain, down to `base`. */
  domainBlockPull: slow(240, { dom, disk, bandwidth, flags: flagBits }, {}),
  domainBlockRebase: slow(266, { dom, disk, base: nullable(str), bandwidth, flags: flagBits }, {}),
  domainBlockCommit: slow(290, { dom, disk, base: nullable(str), top: nullable(str), bandwidth, flags: flagBits }, {}),
  /** `xml` describes the copy; parameters `bandwidth`, `granularity`, `buf-size`. */
  domainBlockCopy: slow(345, { dom, disk, xml: str, params: typedParamsUpTo(16), flags: flagBits }, {}),
  /** Ends the job, or by flag makes the copy the disk. Waits for the end unless a flag says otherwise. */
  domainBlockJobAbort: slow(237, { dom, disk, flags: flagBits }, {}),
  domainBlockJobSetSpeed: call(239, { dom, disk, bandwidth, flags: flagBits }, {}),
  /** `found` false: the disk has no job, and the rest says nothing. `done` and `total` are comparable with each other only. */
  domainGetBlockJobInfo: call(
    238,
    { dom, disk, flags: flagBits },
    { found: bool, type: blockJobType, bandwidth: u64, done: u64, total: u64 },
  ),
} as const
