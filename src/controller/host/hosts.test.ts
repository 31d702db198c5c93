import { expect, test } from 'vitest'

import { newId, type HostId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { uuidOf } from '../testing/observed.ts'
import { insertHost } from './host-store.ts'
import { Hosts } from './hosts.ts'

test('a step that is cancelled waits no longer for a host that is just away', async () => {
  await using db = await testDatabase()
  const nothing = (): void => {}
  const uri = 'test:///default?socket=/nonexistent/libvirt-sock'
  const row = await insertHost(db.kysely, { host: newId<HostId>(), name: 'away', uri })
  await using hosts = new Hosts({
    db: db.kysely,
    copy: uuidOf(900),
    onTrouble: nothing,
    onApplied: nothing,
    onListed: nothing,
    onRunning: nothing,
  })
  hosts.link(row)
  const cancelled = new AbortController()
  let ran = false
  const waiting = hosts.on(row.id, { vm: 'wiki', verb: 'started' }, async () => void (ran = true), cancelled.signal)
  cancelled.abort(new Error('The task was cancelled.'))
  await expect(waiting).rejects.toThrow('The task was cancelled.')
  expect(ran).toBe(false)
}, 10_000)
