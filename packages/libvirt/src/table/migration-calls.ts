import { bytes, bool, i32, nullable, str, u64, withDefault } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, control, slow } from './procedure.ts'
import { flagBits, jobType } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const cookieMax = 4 * 1024 * 1024
const cookie = bytes(cookieMax)
const cookieIn = withDefault(cookie, new Uint8Array())
const params = typedParamsUpTo(64)

/** Migration, and the job that it is. The source drives it alone (`perform` with the destination's URI and the flag
 *  for peer to peer), or the client drives both: begin at the source, prepare at the destination, perform at the source,
 *  finish at the destination, confirm at the source, each with the cookie of the one before.
 *  Downtime in ms, speed in MiB/s, cache in bytes. */
export const migrationCalls = {
  domainMigrateBegin3Params: slow(302, { dom, params, flags: flagBits }, { cookie, xml: str }),
  domainMigratePrepare3Params: slow(303, { params, cookie: cookieIn, flags: flagBits }, { cookie, uri: nullable(str) }),
  /** Lasts as long as the migration: give it a deadline of that length, and a connection of its own (`dialAgain`), since it
   *  holds its place for as long. Without the flag `changeProtection` the source holds no job between begin and this. */
  domainMigratePerform3Params: slow(
    305,
    { dom, destination: nullable(str), params, cookie: cookieIn, flags: flagBits },
    { cookie },
  ),
  domainMigrateFinish3Params: slow(
    306,
    { params, cookie: cookieIn, flags: flagBits, cancelled: bool },
    { dom, cookie },
  ),
  domainMigrateConfirm3Params: slow(307, { dom, params, cookie: cookieIn, flags: flagBits, cancelled: bool }, {}),
  domainMigrateStartPostCopy: call(364, { dom, flags: flagBits }, {}),
  domainMigrateSetMaxDowntime: call(166, { dom, downtimeMs: u64, flags: flagBits }, {}),
  domainMigrateGetMaxDowntime: call(387, { dom, flags: flagBits }, { downtimeMs: u64 }),
  domainMigrateSetMaxSpeed: call(207, { dom, bandwidthMiBs: u64, flags: flagBits }, {}),
  domainMigrateGetMaxSpeed: call(242, { dom, flags: flagBits }, { bandwidthMiBs: u64 }),
  domainMigrateSetCompressionCache: call(300, { dom, bytes: u64, flags: flagBits }, {}),
  domainMigrateGetCompressionCache: call(299, { dom, flags: flagBits }, { bytes: u64 }),
  domainGetJobInfo: call(
    163,
    { dom },
    {
      type: jobType,
      elapsedMs: u64,
      remainingMs: u64,
      dataTotal: u64,
      dataProcessed: u64,
      dataRemaining: u64,
      memoryTotal: u64,
      memoryProcessed: u64,
      memoryRemaining: u64,
      fileTotal: u64,
      fileProcessed: u64,
      fileRemaining: u64,
    },
  ),
  domainGetJobStats: call(298, { dom, flags: flagBits }, { type: jobType, params: typedParamsUpTo(64) }),
  domainAbortJob: control(164, { dom }, {}),
  domainAbortJobFlags: control(442, { dom, flags: flagBits }, {}),
  /** Measures for `seconds`; the result is in the statistics' group `dirtyRate`. */
  domainStartDirtyRateCalc: call(427, { dom, seconds: i32, flags: flagBits }, {}),
} as const
