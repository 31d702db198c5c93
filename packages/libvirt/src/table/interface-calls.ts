import { bool, str } from '../xdr/schema.ts'
import { networkInterface } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, wantEntries } from './shapes.ts'

const ofInterface = { iface: networkInterface, flags: flagBits } as const

/** The host's own network interfaces. Many hosts can show them only, and refuse every change with NO_SUPPORT. */
export const interfaceCalls = {
  connectListAllInterfaces: call(284, { wantEntries, flags: flagBits }, { interfaces: counted(networkInterface) }),
  interfaceLookupByName: call(128, { name: str }, { iface: networkInterface }),
  interfaceLookupByMacString: call(129, { mac: str }, { iface: networkInterface }),
  interfaceGetXmlDesc: call(130, ofInterface, { xml: str }),
  interfaceIsActive: call(156, { iface: networkInterface }, { active: bool }),
  interfaceDefineXml: slow(131, { xml: str, flags: flagBits }, { iface: networkInterface }),
  interfaceUndefine: slow(132, { iface: networkInterface }, {}),
  interfaceCreate: slow(133, ofInterface, {}),
  interfaceDestroy: slow(134, ofInterface, {}),
  /** A change that is rolled back unless it is committed. */
  interfaceChangeBegin: call(220, { flags: flagBits }, {}),
  interfaceChangeCommit: call(221, { flags: flagBits }, {}),
  interfaceChangeRollback: call(222, { flags: flagBits }, {}),
} as const
