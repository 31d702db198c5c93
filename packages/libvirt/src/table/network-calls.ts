import { bool, str } from '../xdr/schema.ts'
import { call } from './procedure.ts'
import { flagBits, net, uuid } from './shapes.ts'

/** Virtual networks. */
export const networkCalls = {
  networkLookupByName: call(46, { name: str }, { net }),
  networkLookupByUuid: call(47, { uuid }, { net }),
  networkGetXmlDesc: call(43, { net, flags: flagBits }, { xml: str }),
  networkIsActive: call(152, { net }, { active: bool }),
  networkIsPersistent: call(153, { net }, { persistent: bool }),
  networkDefineXml: call(41, { xml: str }, { net }),
  networkCreate: call(39, { net }, {}),
  networkDestroy: call(42, { net }, {}),
  networkUndefine: call(49, { net }, {}),
  networkGetAutostart: call(44, { net }, { autostart: bool }),
  networkSetAutostart: call(48, { net, autostart: bool }, {}),
} as const
