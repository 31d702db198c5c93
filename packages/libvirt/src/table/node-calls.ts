import { bool, i32, list, str, struct, u32, u64, withDefault } from '../xdr/schema.ts'
import { call, slow } from './procedure.ts'
import { charArray, charList, cpuMap, flagBits } from './shapes.ts'
import { stringFlags, typedParamsUpTo } from './typed-params.ts'

const statistic = list(struct({ name: str, value: u64 }), 16)
const parameters = typedParamsUpTo(64)
const cells = { firstCell: i32, cells: u32 } as const

/** The machine behind a connection. Memory in KiB unless a name says otherwise, times in ns. */
export const nodeCalls = {
  nodeGetInfo: call(
    6,
    {},
    { model: charArray(32), memoryKiB: u64, cpus: i32, mhz: i32, nodes: i32, sockets: i32, cores: i32, threads: i32 },
  ),
  /** `count` 0 asks how many there are; the second call must give exactly that number. See `nodeMemory`. */
  nodeGetMemoryStats: call(
    228,
    { count: withDefault(i32, 0), cell: withDefault(i32, -1), flags: flagBits },
    { stats: statistic, count: i32 },
  ),
  nodeGetCpuStats: call(
    227,
    { cpu: withDefault(i32, -1), count: withDefault(i32, 0), flags: flagBits },
    { stats: statistic, count: i32 },
  ),
  nodeGetCpuMap: call(
    293,
    { wantMap: withDefault(bool, true), wantOnline: withDefault(bool, true), flags: flagBits },
    { present: cpuMap, online: u32, count: i32 },
  ),
  nodeGetFreeMemory: call(102, {}, { bytes: u64 }),
  nodeGetCellsFreeMemory: call(101, { firstCell: i32, cells: i32 }, { bytes: list(u64, 1024) }),
  /** The answer has, cell by cell, one number for each size of page (in KiB). */
  nodeGetFreePages: call(
    340,
    { pageSizesKiB: list(u32, 1024), ...cells, flags: flagBits },
    { counts: list(u64, 1024 * 64) },
  ),
  nodeAllocPages: slow(
    347,
    { pageSizesKiB: list(u32, 1024), counts: list(u64, 1024), ...cells, flags: flagBits },
    { allocated: i32 },
  ),
  /** Memory merging (KSM): `shm_pages_to_scan`, `shm_sleep_millisecs`, `shm_merge_across_nodes`, and its counters. */
  nodeGetMemoryParameters: call(
    289,
    { count: withDefault(i32, 64), flags: stringFlags },
    { params: parameters, count: withDefault(i32, 0) },
  ),
  nodeSetMemoryParameters: call(288, { params: parameters, flags: flagBits }, {}),
  nodeGetSecurityModel: call(122, {}, { model: charList(257), doi: charList(257) }),
  /** `target`: see flags.suspendTarget. The node wakes up by itself after `durationS`. */
  nodeSuspendForDuration: call(250, { target: u32, durationS: u64, flags: flagBits }, {}),
} as const
