import { expect, test } from 'vitest'

import { newId, type HostId, type VmId } from '../../base/ids.ts'
import { testDatabase } from '../../db/testing.ts'
import { Notices } from '../inventory/notices.ts'
import type { World } from '../world.ts'
import { checkAgain } from './check-again.ts'
import { seenOrTold } from './seen.ts'
import type { VmInput } from './vm-input.ts'
import { startObstacle } from './vm.ts'

/** A VM that was on hv1 when a task on it began, as the inventory has it now. */
async function ground(now: readonly (readonly ['hv1' | 'hv2', string])[]) {
  const db = await testDatabase()
  const [vm, uuid] = [newId<VmId>(), newId()]
  const hosts = { hv1: newId<HostId>(), hv2: newId<HostId>() }
  for (const [name, id] of Object.entries(hosts))
    await db.pool.query(`insert into host (id, name, uri, state, scopes) values ($1, $2, $2, 'up', '{all}')`, [
      id,
      name,
    ])
  await db.pool.query(`insert into vm (id, name, scopes) values ($1, 'wiki', '{all}')`, [vm])
  for (const [host, state] of now)
    await db.pool.query(`insert into sighting (host_id, uuid, vm_id, name, state) values ($1, $2, $3, 'wiki', $4)`, [
      hosts[host],
      uuid,
      vm,
      state,
    ])
  const input: VmInput = { vm, name: 'wiki', host: hosts.hv1, hostName: 'hv1', uuid, memoryMiB: 64 }
  const log: string[] = []
  const cx = {
    input,
    task: { id: newId() } as never,
    world: { db: db.kysely, notices: new Notices() } as unknown as World,
    signal: new AbortController().signal,
    log: (line: string) => void log.push(line),
  }
  return { cx, log, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() }
}

test('a VM that runs on another host by now is moved, and not "running, as was wanted"', async () => {
  await using at = await ground([['hv2', 'running']])
  await expect(checkAgain(at.cx, startObstacle, ['vm_running'])).rejects.toMatchObject({ code: 'vm_moved' })
})

test('a VM that both hosts have is in two places, and not moved', async () => {
  await using at = await ground([
    ['hv1', 'shutoff'],
    ['hv2', 'running'],
  ])
  await expect(checkAgain(at.cx, startObstacle, ['vm_running'])).rejects.toMatchObject({ code: 'vm_twice' })
})

test('what was done and is not seen in time is told in the log, and not undone', async () => {
  await using at = await ground([])
  await seenOrTold(at.cx, 'defined', { did: 'was defined', not: 'is not seen' }, 20)
  expect(at.log).toEqual([
    'wiki was defined, but is not seen after 0.02 s; its page shows it as soon as the host tells.',
  ])
  const ended = { ...at.cx, signal: AbortSignal.abort(new Error('ends')) }
  await expect(seenOrTold(ended, 'defined', { did: 'was defined', not: 'is not seen' }, 20)).rejects.toThrow('ends')
})
