import { str, u32, u64, withDefault } from '../xdr/schema.ts'
import { pool, vol } from './objects.ts'
import { call, slow, streaming } from './procedure.ts'
import { flagBits, volumeType } from './shapes.ts'

const range = { offset: withDefault(u64, 0n), length: withDefault(u64, 0n) } as const

/** Volumes of storage pools. Sizes in bytes. */
export const storageVolumeCalls = {
  storageVolLookupByName: call(95, { pool, name: str }, { vol }),
  storageVolLookupByKey: call(96, { key: str }, { vol }),
  storageVolLookupByPath: call(97, { path: str }, { vol }),
  storageVolCreateXml: slow(93, { pool, xml: str, flags: flagBits }, { vol }),
  /** A new volume with the content of `from`. */
  storageVolCreateXmlFrom: slow(125, { pool, xml: str, from: vol, flags: flagBits }, { vol }),
  storageVolDelete: slow(94, { vol, flags: flagBits }, {}),
  storageVolGetInfo: call(98, { vol }, { type: volumeType, capacity: u64, allocation: u64 }),
  /** The same, and by flag the space on disk instead of the allocation. */
  storageVolGetInfoFlags: call(378, { vol, flags: flagBits }, { type: volumeType, capacity: u64, allocation: u64 }),
  storageVolGetXmlDesc: call(99, { vol, flags: flagBits }, { xml: str }),
  storageVolGetPath: call(100, { vol }, { path: str }),
  storageVolResize: slow(260, { vol, capacity: u64, flags: flagBits }, {}),
  storageVolWipe: slow(165, { vol, flags: flagBits }, {}),
  /** `algorithm`: see flags.volumeWipe. */
  storageVolWipePattern: slow(259, { vol, algorithm: u32, flags: flagBits }, {}),
  /** `length` 0 means up to the end of the stream (upload) or of the volume (download). */
  storageVolUpload: streaming(208, 'upload', { vol, ...range, flags: flagBits }, {}),
  storageVolDownload: streaming(209, 'download', { vol, ...range, flags: flagBits }, {}),
} as const
