import { listMax } from '../xdr/limits.ts'
import { bool, i32, list, nullable, str, struct, u32, u64, withDefault } from '../xdr/schema.ts'
import { flags } from './flags.ts'
import { call, control, slow, streaming } from './procedure.ts'
import { dom, domainState, flagBits, uuid } from './shapes.ts'

const address = struct({ type: i32, address: str, prefix: u32 })

/** Domains. Memory in KiB, sizes in bytes, times in ns; `flags` from the table of flags. */
export const domainCalls = {
  domainLookupByUuid: call(24, { uuid }, { dom }),
  domainLookupByName: call(23, { name: str }, { dom }),
  domainGetXmlDesc: call(14, { dom, flags: flagBits }, { xml: str }),
  domainGetInfo: call(
    16,
    { dom },
    { state: domainState, maxMemoryKiB: u64, memoryKiB: u64, vcpus: u32, cpuTimeNs: u64 },
  ),
  domainGetState: call(212, { dom, flags: flagBits }, { state: domainState, reason: i32 }),
  domainIsActive: call(150, { dom }, { active: bool }),
  domainIsPersistent: call(151, { dom }, { persistent: bool }),
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
  domainAbortJob: control(164, { dom }, {}),
  domainSetMetadata: call(
    264,
    { dom, type: i32, metadata: nullable(str), key: nullable(str), uri: nullable(str), flags: flagBits },
    {},
  ),
  domainGetMetadata: call(265, { dom, type: i32, uri: nullable(str), flags: flagBits }, { metadata: str }),
  domainGetAutostart: call(15, { dom }, { autostart: bool }),
  domainSetAutostart: call(29, { dom, autostart: bool }, {}),
  domainSetMemoryFlags: call(204, { dom, memoryKiB: u64, flags: flagBits }, {}),
  domainAttachDeviceFlags: slow(160, { dom, xml: str, flags: flagBits }, {}),
  domainDetachDeviceFlags: slow(161, { dom, xml: str, flags: flagBits }, {}),
  domainUpdateDeviceFlags: slow(174, { dom, xml: str, flags: flagBits }, {}),
  domainSendKey: call(
    226,
    {
      dom,
      codeset: withDefault(u32, flags.keycodeSet.linux),
      holdMs: withDefault(u32, 0),
      keys: list(u32, 16),
      flags: flagBits,
    },
    {},
  ),
  domainBlockResize: slow(251, { dom, disk: str, size: u64, flags: flagBits }, {}),
  domainGetBlockInfo: call(194, { dom, path: str, flags: flagBits }, { allocation: u64, capacity: u64, physical: u64 }),
  domainInterfaceAddresses: call(
    353,
    { dom, source: withDefault(u32, flags.interfaceSource.lease), flags: flagBits },
    { interfaces: list(struct({ name: str, mac: nullable(str), addresses: list(address, 2048) }), listMax) },
  ),
  domainOpenConsole: streaming(201, 'both', { dom, device: nullable(str), flags: flagBits }, {}),
  domainScreenshot: streaming(
    211,
    'download',
    { dom, screen: withDefault(u32, 0), flags: flagBits },
    { mime: nullable(str) },
  ),
} as const
