import { bool, nullable, str, u64 } from '../xdr/schema.ts'
import { pool, vol } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, poolState, uuid, wantEntries } from './shapes.ts'

/** Storage pools. Sizes in bytes. */
export const storagePoolCalls = {
  connectListAllStoragePools: call(281, { wantEntries, flags: flagBits }, { pools: counted(pool) }),
  connectGetStoragePoolCapabilities: call(403, { flags: flagBits }, { xml: str }),
  connectFindStoragePoolSources: slow(75, { type: str, source: nullable(str), flags: flagBits }, { xml: str }),
  storagePoolLookupByName: call(84, { name: str }, { pool }),
  storagePoolLookupByUuid: call(85, { uuid }, { pool }),
  storagePoolLookupByTargetPath: call(391, { path: str }, { pool }),
  storagePoolLookupByVolume: call(86, { vol }, { pool }),
  storagePoolGetXmlDesc: call(88, { pool, flags: flagBits }, { xml: str }),
  storagePoolGetInfo: call(87, { pool }, { state: poolState, capacity: u64, allocation: u64, available: u64 }),
  storagePoolIsActive: call(154, { pool }, { active: bool }),
  storagePoolIsPersistent: call(155, { pool }, { persistent: bool }),
  storagePoolDefineXml: call(77, { xml: str, flags: flagBits }, { pool }),
  storagePoolCreateXml: slow(76, { xml: str, flags: flagBits }, { pool }),
  storagePoolBuild: slow(79, { pool, flags: flagBits }, {}),
  storagePoolCreate: slow(78, { pool, flags: flagBits }, {}),
  storagePoolRefresh: slow(83, { pool, flags: flagBits }, {}),
  storagePoolDestroy: call(80, { pool }, {}),
  /** Removes the pool's own directory or the like; its volumes must be gone. */
  storagePoolDelete: slow(81, { pool, flags: flagBits }, {}),
  storagePoolUndefine: call(82, { pool }, {}),
  storagePoolGetAutostart: call(89, { pool }, { autostart: bool }),
  storagePoolSetAutostart: call(90, { pool, autostart: bool }, {}),
  storagePoolListAllVolumes: call(282, { pool, wantEntries, flags: flagBits }, { volumes: counted(vol) }),
} as const
