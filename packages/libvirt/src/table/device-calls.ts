import { str, u64 } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { flagBits } from './shapes.ts'

/** Devices of a domain, running or as defined: see flags.domainDevice. Sizes in bytes. */
export const deviceCalls = {
  domainAttachDeviceFlags: slow(160, { dom, xml: str, flags: flagBits }, {}),
  domainDetachDeviceFlags: slow(161, { dom, xml: str, flags: flagBits }, {}),
  domainDetachDeviceAlias: slow(392, { dom, alias: str, flags: flagBits }, {}),
  domainUpdateDeviceFlags: slow(174, { dom, xml: str, flags: flagBits }, {}),
  domainBlockResize: slow(251, { dom, disk: str, size: u64, flags: flagBits }, {}),
  domainGetBlockInfo: call(194, { dom, path: str, flags: flagBits }, { allocation: u64, capacity: u64, physical: u64 }),
  /** An event comes when a write passes `threshold` bytes of the device (`vda`, or `vda[3]` of its chain). */
  domainSetBlockThreshold: call(386, { dom, device: str, threshold: u64, flags: flagBits }, {}),
} as const
