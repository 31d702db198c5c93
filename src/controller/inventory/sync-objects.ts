import type { Kysely, Transaction } from 'kysely'

import { newId } from '../../base/ids.ts'
import { appendChanges, type NewChange } from '../../db/append-changes.ts'
import type { Tables } from '../../db/tables.ts'
import type { Place } from './known.ts'
import { readObjects, removeObjects, type KnownObject, type Noun } from './object-store.ts'

/** A pool or a network as its host shows it. */
export type SeenObject = { readonly uuid: string; readonly name: string; readonly state: string }

type Kind<Seen extends SeenObject> = {
  readonly noun: Noun
  /** Writes the rows, new and known. */
  write(trx: Transaction<Tables>, place: Place, rows: readonly (Seen & { readonly id: string })[]): Promise<void>
  /** What a change to this state is in words: Started. */
  stateTitle(state: string): string
}

/** Writes what a host shows of one kind: rows and their changes in one transaction, as all of the inventory. Ids of known
 *  ones stay; what is no longer shown goes. */
export async function syncObjects<Seen extends SeenObject>(
  db: Kysely<Tables>,
  place: Place,
  kind: Kind<Seen>,
  seen: readonly Seen[],
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const known = await readObjects(trx, kind.noun, place.host)
    const ids = new Map(known.map((row) => [row.uuid, row.id]))
    const rows = seen.map((one) => ({ ...one, id: ids.get(one.uuid) ?? newId() }))
    await kind.write(trx, place, rows)
    const gone = known.filter((row) => !seen.some((one) => one.uuid === row.uuid))
    await removeObjects(
      trx,
      kind.noun,
      gone.map((row) => row.id),
    )
    await appendChanges(trx, changesOf(place, kind, known, rows))
  })
}

/** What became different, as changes from outside. Pure. */
export function changesOf(
  { host, hostName }: Place,
  { noun, stateTitle }: Pick<Kind<never>, 'noun' | 'stateTitle'>,
  known: readonly KnownObject[],
  now: readonly KnownObject[],
): NewChange[] {
  const change = (what: string, { id, name }: KnownObject, title: string): NewChange => ({
    kind: `${noun}.${what}`,
    objectKind: noun,
    objectId: id,
    objectName: name,
    hostId: host,
    authorKind: 'outside',
    author: 'outside',
    title,
    scopes: ['all'],
  })
  const before = new Map(known.map((row) => [row.uuid, row]))
  const after = new Set(now.map((row) => row.uuid))
  const here = now.flatMap((row) => {
    const was = before.get(row.uuid)
    if (was === undefined) return [change('found', row, `Found on ${hostName}`)]
    return was.state === row.state ? [] : [change('state', row, stateTitle(row.state))]
  })
  const gone = known.filter((row) => !after.has(row.uuid))
  return [...here, ...gone.map((row) => change('removed', row, `Removed from ${hostName}`))]
}
