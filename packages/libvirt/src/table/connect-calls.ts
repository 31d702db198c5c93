import { bool, i32, list, nullable, str, u64, word } from '../xdr/schema.ts'
import { call, control } from './procedure.ts'
import { counted, flagBits, wantEntries } from './shapes.ts'

const comparison = word(['incompatible', 'identical', 'superset'])
/** What a hypervisor's own view of processors depends on; what is absent is the host's default. */
const hypervisor = {
  emulator: nullable(str),
  arch: nullable(str),
  machine: nullable(str),
  virtType: nullable(str),
} as const
const cpus = list(str, 256)

/** The connection itself, and what the hypervisor behind it can do. Documents are libvirt's XML. */
export const connectCalls = {
  authList: control(66, {}, { types: list(word(['none', 'sasl', 'polkit']), 20) }),
  connectOpen: control(1, { uri: nullable(str), flags: flagBits }, {}),
  connectClose: control(2, {}, {}),
  connectSupportsFeature: control(60, { feature: i32 }, { supported: bool }),
  connectGetType: call(3, {}, { type: str }),
  connectGetVersion: call(4, {}, { version: u64 }),
  connectGetLibVersion: call(157, {}, { version: u64 }),
  connectGetHostname: call(59, {}, { hostname: str }),
  connectGetUri: call(110, {}, { uri: str }),
  connectIsSecure: call(149, {}, { secure: bool }),
  connectGetSysinfo: call(203, { flags: flagBits }, { xml: str }),
  connectGetMaxVcpus: call(5, { virtType: nullable(str) }, { vcpus: i32 }),
  connectGetCapabilities: call(7, {}, { xml: str }),
  connectGetDomainCapabilities: call(342, { ...hypervisor, flags: flagBits }, { xml: str }),
  connectGetCpuModelNames: call(312, { arch: str, wantEntries, flags: flagBits }, { models: counted(str, 8192) }),
  /** One CPU against the host's, or against what a hypervisor gives its guests. */
  connectCompareCpu: call(158, { xml: str, flags: flagBits }, { result: comparison }),
  connectCompareHypervisorCpu: call(393, { ...hypervisor, xml: str, flags: flagBits }, { result: comparison }),
  /** The richest CPU that every given one can run. */
  connectBaselineCpu: call(162, { cpus, flags: flagBits }, { xml: str }),
  connectBaselineHypervisorCpu: call(394, { ...hypervisor, cpus, flags: flagBits }, { xml: str }),
  /** Formats: `qemu-argv`. */
  connectDomainXmlToNative: call(136, { format: str, xml: str, flags: flagBits }, { config: str }),
} as const
