import { bool, i32, list, nullable, str } from '../xdr/schema.ts'
import { nodeDevice } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, wantEntries } from './shapes.ts'

const mostDevices = 65_536
const name = { name: str } as const

/** Devices of the host; a device is known by its name (`pci_0000_00_02_0`). */
export const nodeDeviceCalls = {
  connectListAllNodeDevices: call(285, { wantEntries, flags: flagBits }, { devices: counted(nodeDevice, mostDevices) }),
  nodeDeviceLookupByName: call(113, name, { device: nodeDevice }),
  nodeDeviceGetXmlDesc: call(114, { ...name, flags: flagBits }, { xml: str }),
  nodeDeviceGetParent: call(115, name, { parent: nullable(str) }),
  nodeDeviceNumOfCaps: call(116, name, { count: i32 }),
  nodeDeviceListCaps: call(117, { ...name, max: i32 }, { caps: list(str, mostDevices) }),
  /** Takes a PCI device from the host's driver, for a guest; `driver` absent means the one for pass-through. */
  nodeDeviceDetachFlags: slow(301, { ...name, driver: nullable(str), flags: flagBits }, {}),
  nodeDeviceReattach: slow(119, name, {}),
  nodeDeviceReset: slow(120, name, {}),
  nodeDeviceCreateXml: slow(123, { xml: str, flags: flagBits }, { device: nodeDevice }),
  nodeDeviceDestroy: slow(124, name, {}),
  nodeDeviceUndefine: slow(429, { ...name, flags: flagBits }, {}),
  nodeDeviceCreate: slow(430, { ...name, flags: flagBits }, {}),
  nodeDeviceGetAutostart: call(433, name, { autostart: bool }),
  nodeDeviceSetAutostart: call(434, { ...name, autostart: bool }, {}),
  nodeDeviceIsPersistent: call(435, name, { persistent: bool }),
  nodeDeviceIsActive: call(436, name, { active: bool }),
} as const
