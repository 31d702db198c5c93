import { expect, test } from 'vitest'

import { dial, flags, paramRecord, type Connection, type LibvirtEvent, type Resync } from '../index.ts'
import { expectNoLeaks, until } from '../test/leaks.ts'
import { fakeDaemon, FakeMigration, faults, held, inTurn, late, recordedStats, Refusal, statsReply } from './index.ts'

expectNoLeaks()

const dom = { name: 'vm', uuid: '00000000-0000-4000-8000-000000000001', id: 1 }
const plan = { memoryBytes: 1n << 30n, dirtied: [1n << 28n, 1n << 20n] }

function listen(connection: Connection, signal: AbortSignal): (LibvirtEvent | Resync)[] {
  const items: (LibvirtEvent | Resync)[] = []
  void (async () => {
    for await (const item of connection.events(['migrationIteration', 'jobCompleted', 'lifecycle'], { signal }))
      items.push(item)
  })()
  return items
}

test('answers come in turn, late, or when the test says so', async () => {
  const slow = held({ active: true })
  await using daemon = await fakeDaemon({
    domainGetState: inTurn({ state: 'running', reason: 1 }, new Refusal('NO_DOMAIN', 'Domain not found')),
    domainIsPersistent: late(5, { persistent: true }),
    domainIsActive: slow.handler,
  })
  await using connection = await dial(daemon.target)
  const { call } = connection
  expect((await call.domainGetState({ dom })).state).toBe('running')
  for (const _ of [1, 2]) await expect(call.domainGetState({ dom })).rejects.toMatchObject({ code: 'NO_DOMAIN' })
  expect(await call.domainIsPersistent({ dom })).toEqual({ persistent: true })
  const answer = call.domainIsActive({ dom })
  await until(() => slow.waiting === 1)
  slow.release()
  expect(await answer).toEqual({ active: true })
})

test.each(['drops', 'breaksOff', 'talksNonsense', 'announcesTooMuch', 'answersAnother'] as const)(
  'a daemon that %s loses the connection, and the next one is fine',
  async (fault) => {
    await using daemon = await fakeDaemon({ domainGetInfo: faults[fault] })
    await using connection = await dial(daemon.target)
    await expect(connection.call.domainGetInfo({ dom })).rejects.toMatchObject({ name: 'ConnectionLost' })
    await using again = await dial(daemon.target)
    expect(await again.call.connectGetUri()).toEqual({ uri: 'test:///default' })
  },
)

test('a daemon that hangs is a deadline', async () => {
  await using daemon = await fakeDaemon({ domainGetInfo: faults.hangs })
  await using connection = await dial(daemon.target)
  const asked = connection.call.domainGetInfo({ dom }, { deadlineMs: 20 })
  await expect(asked).rejects.toMatchObject({ name: 'DeadlineExceeded' })
})

test('a migration is asked for its progress pass by pass, announces itself, and ends', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const stop = new AbortController()
  const items = listen(connection, stop.signal)
  await until(() => items.length === 1)
  const migration = new FakeMigration(daemon, dom, plan)
  const { call } = connection
  const done = call.domainMigratePerform3Params({ dom, params: [{ name: 'bandwidth', type: 'ullong', value: 100n }] })
  await migration.begun
  const left = async () => paramRecord((await call.domainGetJobStats({ dom })).params)['memory_remaining']
  expect(await left()).toBe(1n << 30n)
  migration.advance()
  expect(await left()).toBe(1n << 28n)
  await call.domainMigrateSetMaxDowntime({ dom, downtimeMs: 500n })
  migration.advance()
  expect(await left()).toBe(1n << 20n)
  migration.finish()
  expect((await done).cookie).toHaveLength(0)
  expect(await call.domainGetJobStats({ dom })).toEqual({ type: 'none', params: [] })
  const over = await call.domainGetJobStats({ dom, flags: flags.jobStats.completed })
  expect(paramRecord(over.params)).toMatchObject({ operation: 5, memory_remaining: 0n })
  await until(() => items.length === 5)
  expect(items.map(({ kind }) => kind)).toEqual([
    'resync',
    'migrationIteration',
    'migrationIteration',
    'jobCompleted',
    'lifecycle',
  ])
  expect(migration.asked).toEqual({ downtimeMs: 500n, postcopy: false })
  stop.abort()
})

test('a migration is aborted, and another one fails', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { call } = connection
  const first = new FakeMigration(daemon, dom, plan)
  const aborted = call.domainMigratePerform3Params({ dom, params: [] })
  await first.begun
  await call.domainAbortJob({ dom })
  await expect(aborted).rejects.toMatchObject({ code: 'OPERATION_ABORTED' })
  const second = new FakeMigration(daemon, dom, plan)
  const failed = call.domainMigratePerform3Params({ dom, params: [] })
  await second.begun
  second.fail()
  await expect(failed).rejects.toMatchObject({ code: 'OPERATION_FAILED' })
})

test('a recorded reply of statistics has every group and strings, and is widened for a whole host', async () => {
  expect(new Set(recordedStats().map(({ name }) => name.split('.')[0]))).toEqual(
    new Set(['state', 'cpu', 'balloon', 'vcpu', 'net', 'block', 'iothread', 'dirtyrate']),
  )
  let tick = 0
  const doms = Array.from({ length: 200 }, (_, id) => ({ ...dom, name: `vm-${id}`, id }))
  await using daemon = await fakeDaemon({ connectGetAllDomainStats: () => statsReply(doms, { tick: tick++ }) })
  await using connection = await dial(daemon.target)
  const ask = async () => (await connection.call.connectGetAllDomainStats()).records
  const [first, second] = [await ask(), await ask()]
  expect(first).toHaveLength(200)
  expect(first[7]!.dom.name).toBe('vm-7')
  expect(first.map(({ params }) => new Set(params.map(({ name }) => name)).size)).toEqual(doms.map(() => 120))
  const [before, after] = [paramRecord(first[0]!.params), paramRecord(second[0]!.params)]
  expect(before).toMatchObject({ 'block.0.name': 'vda', 'block.count': 5 })
  expect(after['cpu.time']).toBe((before['cpu.time'] as bigint) + 1000n)
  expect(after['balloon.current']).toBe(before['balloon.current'])
})
