import type { Transaction } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'

/** What a host has beside its domains, each in a table of its own. */
export type Noun = 'pool' | 'network'

/** What is known of one of them. */
export type KnownObject = {
  readonly id: string
  readonly uuid: string
  readonly name: string
  readonly state: string
}

/** All of a host's; locked until the transaction ends. */
export const readObjects = (trx: Transaction<Tables>, noun: Noun, host: HostId): Promise<KnownObject[]> =>
  trx
    .selectFrom(noun as 'network')
    .select(['id', 'uuid', 'name', 'state'])
    .where('host_id', '=', host)
    .orderBy('id')
    .forUpdate()
    .execute()

export async function removeObjects(trx: Transaction<Tables>, noun: Noun, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await trx
    .deleteFrom(noun as 'network')
    .where('id', 'in', ids as never)
    .execute()
}
