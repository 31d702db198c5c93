import { bool, i32, i64, nullable, str, struct, u32, withDefault } from '../xdr/schema.ts'
import { net, networkPort } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, uuid, wantEntries } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const lease = struct({
  iface: str,
  expiresS: i64,
  type: i32,
  mac: nullable(str),
  iaid: nullable(str),
  address: str,
  prefix: u32,
  hostname: nullable(str),
  clientId: nullable(str),
})
const parameters = typedParamsUpTo(16)

/** Virtual networks and the ports on them. */
export const networkCalls = {
  connectListAllNetworks: call(283, { wantEntries, flags: flagBits }, { networks: counted(net) }),
  networkLookupByName: call(46, { name: str }, { net }),
  networkLookupByUuid: call(47, { uuid }, { net }),
  networkGetXmlDesc: call(43, { net, flags: flagBits }, { xml: str }),
  networkGetBridgeName: call(45, { net }, { name: str }),
  networkIsActive: call(152, { net }, { active: bool }),
  networkIsPersistent: call(153, { net }, { persistent: bool }),
  networkDefineXml: call(41, { xml: str }, { net }),
  networkDefineXmlFlags: call(432, { xml: str, flags: flagBits }, { net }),
  networkCreateXml: slow(40, { xml: str }, { net }),
  networkCreateXmlFlags: slow(437, { xml: str, flags: flagBits }, { net }),
  networkCreate: slow(39, { net }, {}),
  networkDestroy: slow(42, { net }, {}),
  networkUndefine: call(49, { net }, {}),
  networkGetAutostart: call(44, { net }, { autostart: bool }),
  networkSetAutostart: call(48, { net, autostart: bool }, {}),
  networkUpdate: slow(
    291,
    { net, command: u32, section: u32, parentIndex: withDefault(i32, -1), xml: str, flags: flagBits },
    {},
  ),
  networkGetDhcpLeases: call(
    341,
    { net, mac: nullable(str), wantEntries, flags: flagBits },
    { leases: counted(lease, 65_536) },
  ),
  networkListAllPorts: call(404, { net, wantEntries, flags: flagBits }, { ports: counted(networkPort) }),
  networkPortLookupByUuid: call(405, { net, uuid }, { port: networkPort }),
  networkPortCreateXml: slow(406, { net, xml: str, flags: flagBits }, { port: networkPort }),
  networkPortGetParameters: call(
    407,
    { port: networkPort, count: withDefault(i32, 16), flags: flagBits },
    { params: parameters, count: withDefault(i32, 0) },
  ),
  networkPortSetParameters: call(408, { port: networkPort, params: parameters, flags: flagBits }, {}),
  networkPortGetXmlDesc: call(409, { port: networkPort, flags: flagBits }, { xml: str }),
  networkPortDelete: slow(410, { port: networkPort, flags: flagBits }, {}),
} as const
