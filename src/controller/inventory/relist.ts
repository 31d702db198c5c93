import { setTimeout as wait } from 'node:timers/promises'

import { ConnectionLost, type Api, type Dom } from '@floe/libvirt'
import type { Kysely } from 'kysely'

import type { HostId } from '../../base/ids.ts'
import type { Tables } from '../../db/tables.ts'
import { isProbe } from '../host/probe-name.ts'
import { fewAtOnce } from './few-at-once.ts'
import type { News } from './news.ts'
import { observe, type Observed } from './observation.ts'
import { readSightings, type Sighting } from './sighting-store.ts'

/** Told of a domain that its host shows but that could not be read; what is known of it stays. */
export type Unread = (name: string, error: unknown) => void

/** One domain that hangs or that nobody can parse must not hide all the others. */
async function lookAt(call: Api, dom: Dom, unread: Unread): Promise<Observed | 'unread' | undefined> {
  try {
    return await observe(call, dom)
  } catch (error) {
    if (error instanceof ConnectionLost) throw error
    unread(dom.name, error)
    return 'unread'
  }
}

/** More than a connection has places, so that some that hang hold up no others. */
const lookedAtOnce = 16

/** Everything on a host as news, and as gone what was there and is no more. */
export async function listDomains(
  db: Kysely<Tables>,
  call: Api,
  host: HostId,
  because: 'first' | 'list',
  unread: Unread,
): Promise<News[]> {
  const { domains } = await call.connectListAllDomains({}, { deadlineMs: 30_000 })
  const looked = await fewAtOnce(
    domains.filter((dom) => !isProbe(dom.name)),
    lookedAtOnce,
    async (dom) => ({ dom, seen: await lookAt(call, dom, unread) }),
  )
  const here = looked.flatMap(({ seen }) => (typeof seen === 'object' ? [seen] : []))
  const uuids = new Set(looked.flatMap(({ dom, seen }) => (seen === undefined ? [] : [dom.uuid])))
  const gone = (await readSightings(db, host)).filter((row) => !uuids.has(row.uuid))
  return [
    ...here.map((one): News => ({ uuid: one.uuid, name: one.name, heard: [], seen: one, because })),
    ...gone.map((row): News => ({ uuid: row.uuid, name: row.name, heard: [], seen: 'gone', because })),
  ]
}

/** What differs from the rows although no event told it. An event may just be on its way, so whatever differs is looked
 *  at a second time a second later; only what differs then was missed. */
export async function missedNews(
  db: Kysely<Tables>,
  call: Api,
  host: HostId,
  { signal, unread }: { readonly signal: AbortSignal; readonly unread: Unread },
): Promise<News[]> {
  const suspects = await differing(db, call, host, unread)
  if (suspects.length === 0) return []
  await wait(1000, undefined, { signal })
  const still = new Set(suspects.map((one) => one.uuid))
  return (await differing(db, call, host, unread)).filter((one) => still.has(one.uuid))
}

async function differing(db: Kysely<Tables>, call: Api, host: HostId, unread: Unread): Promise<News[]> {
  const rows = new Map((await readSightings(db, host)).map((row) => [row.uuid, row]))
  const listed = await listDomains(db, call, host, 'list', unread)
  return listed.filter((one) => one.seen === 'gone' || differs(one.seen as Observed, rows.get(one.uuid)))
}

const differs = (seen: Observed, row: Sighting | undefined): boolean =>
  row === undefined ||
  row.state !== seen.state ||
  row.persistent !== seen.persistent ||
  row.autostart !== seen.autostart ||
  row.name !== seen.name ||
  row.definition_hash !== seen.definition.hash
