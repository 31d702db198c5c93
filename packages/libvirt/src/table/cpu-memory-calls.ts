import { bool, bytes, i32, list, str, struct, u32, u64, withDefault, word } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, cpuMap, flagBits } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const mostMaps = 8 * 1024 * 1024
/** Bytes of a bitmap for each processor asked for. */
const mapBytes = withDefault(i32, 256)
const vcpu = struct({ number: u32, state: word(['offline', 'running', 'blocked']), cpuTimeNs: u64, cpu: i32 })

/** How much processor and memory a domain has, and where its threads may run. Bitmaps have the least bit for the first
 *  processor; memory in KiB. `flags`: running, as defined, maximum: see flags.domainImpact, flags.vcpus, flags.domainMemory. */
export const cpuMemoryCalls = {
  domainSetVcpusFlags: slow(199, { dom, vcpus: u32, flags: flagBits }, {}),
  domainGetVcpusFlags: call(200, { dom, flags: flagBits }, { vcpus: i32 }),
  /** `vcpus` in the way libvirt writes sets: `2-3,5`. */
  domainSetVcpu: slow(384, { dom, vcpus: str, enabled: bool, flags: flagBits }, {}),
  domainGetMaxVcpus: call(18, { dom }, { vcpus: i32 }),
  domainGetVcpus: call(20, { dom, max: i32, mapBytes }, { vcpus: list(vcpu, 16_384), maps: bytes(mostMaps) }),
  domainPinVcpuFlags: call(225, { dom, vcpu: u32, cpus: cpuMap, flags: flagBits }, {}),
  domainGetVcpuPinInfo: call(230, { dom, max: i32, mapBytes, flags: flagBits }, { maps: bytes(mostMaps), count: i32 }),
  domainPinEmulator: call(279, { dom, cpus: cpuMap, flags: flagBits }, {}),
  domainGetEmulatorPinInfo: call(280, { dom, mapBytes, flags: flagBits }, { map: bytes(mostMaps), count: i32 }),
  domainGetIothreadInfo: call(
    351,
    { dom, flags: flagBits },
    { iothreads: counted(struct({ id: u32, cpus: bytes(mostMaps) })) },
  ),
  domainPinIothread: call(352, { dom, iothread: u32, cpus: bytes(mostMaps), flags: flagBits }, {}),
  domainAddIothread: slow(355, { dom, iothread: u32, flags: flagBits }, {}),
  domainDelIothread: slow(356, { dom, iothread: u32, flags: flagBits }, {}),
  domainSetIothreadParams: call(402, { dom, iothread: u32, params: typedParamsUpTo(64), flags: flagBits }, {}),
  domainGetMaxMemory: call(17, { dom }, { memoryKiB: u64 }),
  domainSetMemoryFlags: call(204, { dom, memoryKiB: u64, flags: flagBits }, {}),
  /** How often the balloon driver reports, 0 for never. */
  domainSetMemoryStatsPeriod: call(308, { dom, periodS: i32, flags: flagBits }, {}),
} as const
