import { bool, str, u64, withDefault } from '../xdr/schema.ts'
import { call, slow, streaming } from './procedure.ts'
import { counted, flagBits, pool, poolState, uuid, vol, volumeType, wantEntries } from './shapes.ts'

/** Storage pools and volumes. Sizes in bytes. */
export const storageCalls = {
  storagePoolLookupByName: call(84, { name: str }, { pool }),
  storagePoolLookupByUuid: call(85, { uuid }, { pool }),
  storagePoolGetXmlDesc: call(88, { pool, flags: flagBits }, { xml: str }),
  storagePoolGetInfo: call(87, { pool }, { state: poolState, capacity: u64, allocation: u64, available: u64 }),
  storagePoolIsActive: call(154, { pool }, { active: bool }),
  storagePoolDefineXml: call(77, { xml: str, flags: flagBits }, { pool }),
  storagePoolBuild: slow(79, { pool, flags: flagBits }, {}),
  storagePoolCreate: slow(78, { pool, flags: flagBits }, {}),
  storagePoolRefresh: slow(83, { pool, flags: flagBits }, {}),
  storagePoolDestroy: call(80, { pool }, {}),
  storagePoolUndefine: call(82, { pool }, {}),
  storagePoolGetAutostart: call(89, { pool }, { autostart: bool }),
  storagePoolSetAutostart: call(90, { pool, autostart: bool }, {}),
  storagePoolListAllVolumes: call(282, { pool, wantEntries, flags: flagBits }, { volumes: counted(vol) }),
  storageVolLookupByName: call(95, { pool, name: str }, { vol }),
  storageVolLookupByKey: call(96, { key: str }, { vol }),
  storageVolLookupByPath: call(97, { path: str }, { vol }),
  storagePoolLookupByVolume: call(86, { vol }, { pool }),
  storageVolCreateXml: slow(93, { pool, xml: str, flags: flagBits }, { vol }),
  storageVolDelete: slow(94, { vol, flags: flagBits }, {}),
  storageVolGetInfo: call(98, { vol }, { type: volumeType, capacity: u64, allocation: u64 }),
  storageVolGetXmlDesc: call(99, { vol, flags: flagBits }, { xml: str }),
  storageVolGetPath: call(100, { vol }, { path: str }),
  storageVolResize: slow(260, { vol, capacity: u64, flags: flagBits }, {}),
  /** `length` 0 means up to the end of the stream (upload) or of the volume (download). */
  storageVolUpload: streaming(
    208,
    'upload',
    { vol, offset: withDefault(u64, 0n), length: withDefault(u64, 0n), flags: flagBits },
    {},
  ),
  storageVolDownload: streaming(
    209,
    'download',
    { vol, offset: withDefault(u64, 0n), length: withDefault(u64, 0n), flags: flagBits },
    {},
  ),
} as const
