import { str } from '../xdr/schema.ts'
import { nwfilter, nwfilterBinding } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, uuid, wantEntries } from './shapes.ts'

/** Packet filters, and where they are bound. */
export const nwfilterCalls = {
  connectListAllNwfilters: call(286, { wantEntries, flags: flagBits }, { filters: counted(nwfilter) }),
  nwfilterLookupByName: call(175, { name: str }, { filter: nwfilter }),
  nwfilterLookupByUuid: call(176, { uuid }, { filter: nwfilter }),
  nwfilterGetXmlDesc: call(177, { filter: nwfilter, flags: flagBits }, { xml: str }),
  nwfilterDefineXml: slow(180, { xml: str }, { filter: nwfilter }),
  nwfilterDefineXmlFlags: slow(431, { xml: str, flags: flagBits }, { filter: nwfilter }),
  nwfilterUndefine: slow(181, { filter: nwfilter }, {}),
  connectListAllNwfilterBindings: call(401, { wantEntries, flags: flagBits }, { bindings: counted(nwfilterBinding) }),
  nwfilterBindingLookupByPortDev: call(397, { port: str }, { binding: nwfilterBinding }),
  nwfilterBindingGetXmlDesc: call(398, { binding: nwfilterBinding, flags: flagBits }, { xml: str }),
  nwfilterBindingCreateXml: slow(399, { xml: str, flags: flagBits }, { binding: nwfilterBinding }),
  nwfilterBindingDelete: slow(400, { binding: nwfilterBinding }, {}),
} as const
