import type { Kysely } from 'kysely'
import type { Logger } from 'pino'

import type { CopyId } from '../base/ids.ts'
import type { Tables } from '../db/tables.ts'
import type { Hosts } from './host/hosts.ts'
import type { Notices } from './inventory/notices.ts'
import type { SampleFiles } from './vm/sample-files.ts'

/** What the use cases and the steps of tasks work with. */
export type World = {
  readonly db: Kysely<Tables>
  readonly copy: CopyId
  readonly hosts: Hosts
  /** Tells when the inventory has something new of a VM. */
  readonly notices: Notices
  /** The directory pool of this copy on each host. */
  readonly ownPool: { readonly name: string; readonly path: string }
  readonly sample: SampleFiles
  readonly log: Logger
}
