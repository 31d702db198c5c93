import { nullable, str } from '../xdr/schema.ts'
import { checkpoint, dom } from './objects.ts'
import { call, slow } from './procedure.ts'
import { counted, flagBits, wantEntries } from './shapes.ts'

const ofCheckpoint = { checkpoint, flags: flagBits } as const

/** Checkpoints (what has changed on the disks since), and backups of a running domain, which end by the event
 *  `jobCompleted` or by aborting the job. */
export const backupCalls = {
  domainCheckpointCreateXml: slow(411, { dom, xml: str, flags: flagBits }, { checkpoint }),
  domainCheckpointGetXmlDesc: call(412, ofCheckpoint, { xml: str }),
  domainListAllCheckpoints: call(413, { dom, wantEntries, flags: flagBits }, { checkpoints: counted(checkpoint) }),
  domainCheckpointListAllChildren: call(
    414,
    { checkpoint, wantEntries, flags: flagBits },
    { checkpoints: counted(checkpoint) },
  ),
  domainCheckpointLookupByName: call(415, { dom, name: str, flags: flagBits }, { checkpoint }),
  domainCheckpointGetParent: call(416, ofCheckpoint, { checkpoint }),
  domainCheckpointDelete: slow(417, ofCheckpoint, {}),
  /** `checkpointXml` makes a checkpoint of the same moment. */
  domainBackupBegin: slow(421, { dom, backupXml: str, checkpointXml: nullable(str), flags: flagBits }, {}),
  domainBackupGetXmlDesc: call(422, { dom, flags: flagBits }, { xml: str }),
} as const
