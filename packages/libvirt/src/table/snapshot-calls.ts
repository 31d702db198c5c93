import { bool, str } from '../xdr/schema.ts'
import { dom, snapshot } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, wantEntries } from './shapes.ts'

const ofSnapshot = { snapshot, flags: flagBits } as const

/** Snapshots of a domain, in the tree that libvirt keeps of them. */
export const snapshotCalls = {
  domainSnapshotCreateXml: slow(185, { dom, xml: str, flags: flagBits }, { snapshot }),
  domainSnapshotGetXmlDesc: call(186, ofSnapshot, { xml: str }),
  domainListAllSnapshots: call(274, { dom, wantEntries, flags: flagBits }, { snapshots: counted(snapshot) }),
  domainSnapshotListAllChildren: call(
    275,
    { snapshot, wantEntries, flags: flagBits },
    { snapshots: counted(snapshot) },
  ),
  domainSnapshotLookupByName: call(189, { dom, name: str, flags: flagBits }, { snapshot }),
  domainHasCurrentSnapshot: call(190, { dom, flags: flagBits }, { current: bool }),
  domainSnapshotCurrent: call(191, { dom, flags: flagBits }, { snapshot }),
  domainSnapshotGetParent: call(244, ofSnapshot, { snapshot }),
  domainSnapshotIsCurrent: call(271, ofSnapshot, { current: bool }),
  domainSnapshotHasMetadata: call(272, ofSnapshot, { metadata: bool }),
  domainRevertToSnapshot: slow(192, ofSnapshot, {}),
  domainSnapshotDelete: slow(193, ofSnapshot, {}),
} as const
