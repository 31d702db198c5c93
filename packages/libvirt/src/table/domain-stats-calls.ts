import { listMax } from '../xdr/limits.ts'
import { i32, i64, list, str, struct, u32, u64, withDefault, word } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call } from './procedure.ts'
import { flagBits } from './shapes.ts'
import { stringFlags, typedParams, typedParamsUpTo } from './typed-params.ts'

const memoryTag = word([
  'swap-in',
  'swap-out',
  'major-fault',
  'minor-fault',
  'unused',
  'available',
  'actual',
  'rss',
  'usable',
  'last-update',
  'disk-caches',
  'hugetlb-pgalloc',
  'hugetlb-pgfail',
])
const diskError = struct({ disk: str, error: word(['none', 'unspecified', 'no-space']) })
const traffic = { bytes: i64, packets: i64, errors: i64, drops: i64 } as const

/** Figures of domains, counted since each one's start. Memory in KiB, times in ns; disks by target or by path. */
export const domainStatsCalls = {
  /** `doms` empty asks for all domains. `stats` 0 asks for every group that the driver knows. */
  connectGetAllDomainStats: call(
    344,
    { doms: withDefault(list(dom, listMax), []), stats: withDefault(u32, 0), flags: flagBits },
    { records: list(struct({ dom, params: typedParams }), listMax) },
  ),
  domainMemoryStats: call(
    159,
    { dom, max: withDefault(u32, 64), flags: flagBits },
    { stats: list(struct({ tag: memoryTag, value: u64 }), 1024) },
  ),
  domainBlockStatsFlags: call(
    243,
    { dom, path: str, count: withDefault(i32, 16), flags: stringFlags },
    { params: typedParamsUpTo(16), count: withDefault(i32, 0) },
  ),
  domainInterfaceStats: call(65, { dom, device: str }, { received: struct(traffic), sent: struct(traffic) }),
  /** `firstCpu` -1 asks for the total of all. `count` 0 asks how many figures there are. */
  domainGetCpuStats: call(
    262,
    {
      dom,
      count: withDefault(u32, 0),
      firstCpu: withDefault(i32, -1),
      cpus: withDefault(u32, 1),
      flags: stringFlags,
    },
    { params: typedParamsUpTo(2048), count: withDefault(i32, 0) },
  ),
  domainGetDiskErrors: call(
    263,
    { dom, max: withDefault(u32, 256), flags: flagBits },
    { errors: list(diskError, 256), count: withDefault(i32, 0) },
  ),
} as const
