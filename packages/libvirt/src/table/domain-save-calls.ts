import { bool, nullable, str, u32 } from '../xdr/schema.ts'
import { dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { flagBits } from './shapes.ts'
import { typedParamsUpTo } from './typed-params.ts'

const params = typedParamsUpTo(64)

/** A domain's memory in a file of the host: saved and restored, or dumped for a debugger. */
export const domainSaveCalls = {
  domainManagedSave: slow(182, { dom, flags: flagBits }, {}),
  domainHasManagedSaveImage: call(183, { dom, flags: flagBits }, { saved: bool }),
  domainManagedSaveRemove: call(184, { dom, flags: flagBits }, {}),
  domainManagedSaveGetXmlDesc: call(388, { dom, flags: flagBits }, { xml: str }),
  domainManagedSaveDefineXml: call(389, { dom, xml: nullable(str), flags: flagBits }, {}),
  domainSaveFlags: slow(232, { dom, to: str, xml: nullable(str), flags: flagBits }, {}),
  domainRestoreFlags: slow(233, { from: str, xml: nullable(str), flags: flagBits }, {}),
  /** The same with parameters by name: `file`, `dxml`. */
  domainSaveParams: slow(440, { dom, params, flags: flagBits }, {}),
  domainRestoreParams: slow(441, { params, flags: flagBits }, {}),
  domainSaveImageGetXmlDesc: call(235, { file: str, flags: flagBits }, { xml: str }),
  domainSaveImageDefineXml: call(236, { file: str, xml: str, flags: flagBits }, {}),
  /** `format`: see flags.coreDumpFormat. */
  domainCoreDumpWithFormat: slow(334, { dom, to: str, format: u32, flags: flagBits }, {}),
} as const
