import { i64, list, nullable, str, u32, u64, withDefault, bytes } from '../xdr/schema.ts'
import { flags } from './flags.ts'
import { dom } from './objects.ts'
import { call, streaming } from './procedure.ts'
import { flagBits } from './shapes.ts'

const peekMax = 4 * 1024 * 1024

/** What goes into a guest and comes out of it without its help: keys, screen, console, memory. */
export const domainInputCalls = {
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
  domainInjectNmi: call(210, { dom, flags: flagBits }, {}),
  domainSendProcessSignal: call(295, { dom, pid: i64, signal: u32, flags: flagBits }, {}),
  /** `flags`: virtual or physical addresses, see flags.memoryPeek; up to 4 MiB. */
  domainMemoryPeek: call(104, { dom, offset: u64, size: u32, flags: flagBits }, { bytes: bytes(peekMax) }),
  domainBlockPeek: call(103, { dom, path: str, offset: u64, size: u32, flags: flagBits }, { bytes: bytes(peekMax) }),
  domainOpenConsole: streaming(201, 'both', { dom, device: nullable(str), flags: flagBits }, {}),
  domainOpenChannel: streaming(296, 'both', { dom, name: nullable(str), flags: flagBits }, {}),
  domainScreenshot: streaming(
    211,
    'download',
    { dom, screen: withDefault(u32, 0), flags: flagBits },
    { mime: nullable(str) },
  ),
} as const
