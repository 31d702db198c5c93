import { listMax } from '../xdr/limits.ts'
import { bool, i32, i64, list, nullable, str, struct, u32, u64, withDefault } from '../xdr/schema.ts'
import { flags } from './flags.ts'
import { dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const address = struct({ type: i32, address: str, prefix: u32 })
const mountpoints = withDefault(list(str, 256), [])
const filesystem = struct({ mountpoint: str, name: str, type: str, devices: list(str, 256) })

/** What a guest tells and does through its agent (or, for addresses, its network does). An agent may not answer:
 *  `domainAgentSetResponseTimeout` bounds the daemon's patience. */
export const guestCalls = {
  domainInterfaceAddresses: call(
    353,
    { dom, source: withDefault(u32, flags.interfaceSource.lease), flags: flagBits },
    { interfaces: list(struct({ name: str, mac: nullable(str), addresses: list(address, 2048) }), listMax) },
  ),
  domainGetHostname: call(277, { dom, flags: flagBits }, { hostname: str }),
  /** `types` 0 asks for everything that the agent knows: see flags.guestInfo. */
  domainGetGuestInfo: slow(
    418,
    { dom, types: withDefault(u32, 0), flags: flagBits },
    { params: typedParamsUpTo(2048) },
  ),
  domainGetFsinfo: slow(349, { dom, flags: flagBits }, { filesystems: counted(filesystem, 256) }),
  /** No mount points means all of them; the answer is how many. */
  domainFsfreeze: slow(335, { dom, mountpoints, flags: flagBits }, { filesystems: i32 }),
  domainFsthaw: slow(336, { dom, mountpoints, flags: flagBits }, { filesystems: i32 }),
  domainFstrim: slow(294, { dom, mountpoint: nullable(str), minimum: withDefault(u64, 0n), flags: flagBits }, {}),
  domainGetTime: slow(337, { dom, flags: flagBits }, { seconds: i64, nanoseconds: u32 }),
  domainSetTime: slow(338, { dom, seconds: i64, nanoseconds: withDefault(u32, 0), flags: flagBits }, {}),
  domainSetUserPassword: slow(357, { dom, user: nullable(str), password: nullable(str), flags: flagBits }, {}),
  domainAuthorizedSshKeysGet: slow(424, { dom, user: str, flags: flagBits }, { keys: list(str, 2048) }),
  domainAuthorizedSshKeysSet: slow(425, { dom, user: str, keys: list(str, 2048), flags: flagBits }, {}),
  domainGetGuestVcpus: slow(371, { dom, flags: flagBits }, { params: typedParamsUpTo(64) }),
  domainSetGuestVcpus: slow(372, { dom, vcpus: str, online: bool, flags: flagBits }, {}),
  /** Seconds, or flags.agentTimeout's words. */
  domainAgentSetResponseTimeout: call(420, { dom, timeout: i32, flags: flagBits }, { result: i32 }),
  /** `target`: see flags.suspendTarget. */
  domainPmSuspendForDuration: slow(261, { dom, target: u32, durationS: u64, flags: flagBits }, {}),
  domainPmWakeup: call(267, { dom, flags: flagBits }, {}),
} as const
