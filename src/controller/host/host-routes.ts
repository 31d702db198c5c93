import { hostname } from 'node:os'

import { apiError } from '../../api/index.ts'
import { newId, type HostId } from '../../base/ids.ts'
import type { TaskEngine } from '../../tasks/task-engine.ts'
import { handler, type Handler } from '../http/handler.ts'
import { isTexts, newestRevision, readCursor, toCursor } from '../page/page.ts'
import { taskBy } from '../task/task-by.ts'
import { answerTask } from '../task/task-rows.ts'
import type { World } from '../world.ts'
import { addHost, refreshHost } from './add-host.ts'
import { toHosts } from './host-rows.ts'
import { findHost, hostByUri, hostsLike, pageOfHosts } from './host-store.ts'
import { takenBy } from './host-taken.ts'
import { parseHostUri } from './host-uri.ts'

export function hostHandlers(world: World, engine: TaskEngine<World>): Handler[] {
  const { db } = world
  const found = async (ref: string, scopes: readonly string[]) => {
    const row = await findHost(db, ref, scopes)
    if (row === undefined) throw apiError('not_found', { kind: 'host', name: ref.slice(0, 80) })
    return row
  }
  return [
    handler('listHosts', async ({ query, by }) => {
      const revision = await newestRevision(db)
      const limit = query.limit ?? 100
      const { rows, total } = await pageOfHosts(db, by.scopes, readCursor(query.after, isTexts(1))?.[0], limit)
      const last = rows.length === limit ? rows.at(-1) : undefined
      return { items: await toHosts(db, rows), total, next: last ? toCursor([last.name]) : null, revision }
    }),
    handler('getHost', async ({ params, by }) => (await toHosts(db, [await found(params.host, by.scopes)]))[0]!),
    handler('addHost', async ({ body, by }) => {
      const { local } = parseHostUri(body.uri)
      const known = await hostByUri(db, body.uri)
      const name =
        known?.name ??
        body.name ??
        (local ? hostname().split('.')[0]! : new URL(body.uri.replace(/^[^:]+/, 'http')).hostname)
      // Only one that was never listed is added again: the first try was cut off.
      const asked = { host: (known?.relisted_at ? undefined : known?.id) ?? newId<HostId>(), name, uri: body.uri }
      const taken = takenBy(await hostsLike(db, asked), asked)
      if (taken) throw taken
      const ref = await engine.begin(addHost, asked, taskBy(by))
      return answerTask(db, ref.id)
    }),
    handler('refreshHost', async ({ params, by }) => {
      const row = await found(params.host, by.scopes)
      world.hosts.reach(row.id)
      const ref = await engine.begin(refreshHost, { host: row.id, name: row.name, uri: row.uri }, taskBy(by))
      return answerTask(db, ref.id)
    }),
  ]
}
