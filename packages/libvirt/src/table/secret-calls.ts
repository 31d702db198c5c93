import { bytes, str } from '../xdr/schema.ts'
import { secret, secretUsage } from './objects.ts'
import { call } from './procedure.ts'
import { counted, flagBits, uuid, wantEntries } from './shapes.ts'

const value = bytes(65_536)

/** Secrets that a host keeps for its guests' storage. A value is read and written, never logged. */
export const secretCalls = {
  connectListAllSecrets: call(287, { wantEntries, flags: flagBits }, { secrets: counted(secret) }),
  secretLookupByUuid: call(141, { uuid }, { secret }),
  secretLookupByUsage: call(147, { usageType: secretUsage, usageId: str }, { secret }),
  secretDefineXml: call(142, { xml: str, flags: flagBits }, { secret }),
  secretGetXmlDesc: call(143, { secret, flags: flagBits }, { xml: str }),
  secretSetValue: call(144, { secret, value, flags: flagBits }, {}),
  secretGetValue: call(145, { secret, flags: flagBits }, { value }),
  secretUndefine: call(146, { secret }, {}),
} as const
