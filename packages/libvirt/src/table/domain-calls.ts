import { bool, i32, list, nullable, str, u32, u64 } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, control, slow } from './procedure.ts'
import { charList, counted, domainState, flagBits, uuid, wantEntries } from './shapes.ts'

const securityLabel = { label: charList(4097), enforcing: bool } as const

/** Domains: found, defined, started, ended, described. Memory in KiB, times in ns; `flags` from the table of flags. */
export const domainCalls = {
  connectListAllDomains: call(273, { wantEntries, flags: flagBits }, { domains: counted(dom) }),
  domainLookupById: call(22, { id: i32 }, { dom }),
  domainLookupByUuid: call(24, { uuid }, { dom }),
  domainLookupByName: call(23, { name: str }, { dom }),
  domainGetXmlDesc: call(14, { dom, flags: flagBits }, { xml: str }),
  domainGetInfo: call(
    16,
    { dom },
    { state: domainState, maxMemoryKiB: u64, memoryKiB: u64, vcpus: u32, cpuTimeNs: u64 },
  ),
  domainGetState: call(212, { dom, flags: flagBits }, { state: domainState, reason: i32 }),
  /** Whether the driver's own channel to the guest (QEMU's monitor) answers. `details`: what it is busy with. */
  domainGetControlInfo: call(229, { dom, flags: flagBits }, { state: u32, details: u32, stateTimeMs: u64 }),
  domainGetMessages: call(426, { dom, flags: flagBits }, { messages: list(str, 2048) }),
  domainGetOsType: call(19, { dom }, { type: str }),
  domainGetSecurityLabel: call(121, { dom }, securityLabel),
  domainIsActive: call(150, { dom }, { active: bool }),
  domainIsPersistent: call(151, { dom }, { persistent: bool }),
  domainIsUpdated: call(202, { dom }, { updated: bool }),
  domainDefineXmlFlags: slow(350, { xml: str, flags: flagBits }, { dom }),
  domainCreateXml: slow(10, { xml: str, flags: flagBits }, { dom }),
  domainCreateWithFlags: slow(196, { dom, flags: flagBits }, { dom }),
  domainShutdownFlags: call(258, { dom, flags: flagBits }, {}),
  domainReboot: call(27, { dom, flags: flagBits }, {}),
  domainReset: call(245, { dom, flags: flagBits }, {}),
  domainDestroyFlags: control(234, { dom, flags: flagBits }, {}),
  domainSuspend: call(34, { dom }, {}),
  domainResume: call(28, { dom }, {}),
  domainUndefineFlags: call(231, { dom, flags: flagBits }, {}),
  domainRename: call(358, { dom, name: nullable(str), flags: flagBits }, { result: i32 }),
  domainGetAutostart: call(15, { dom }, { autostart: bool }),
  domainSetAutostart: call(29, { dom, autostart: bool }, {}),
  /** `event` and `action`: see flags.lifecycleEvent and flags.lifecycleAction. */
  domainSetLifecycleAction: call(390, { dom, event: u32, action: u32, flags: flagBits }, {}),
  domainSetMetadata: call(
    264,
    { dom, type: i32, metadata: nullable(str), key: nullable(str), uri: nullable(str), flags: flagBits },
    {},
  ),
  domainGetMetadata: call(265, { dom, type: i32, uri: nullable(str), flags: flagBits }, { metadata: str }),
} as const
