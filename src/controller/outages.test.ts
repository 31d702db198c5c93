import { ApiProblem, type Task } from '@floe/client'
import { expect, test } from 'vitest'

import type { Controller } from '../../testbed/controller.ts'
import { startKeptPostgres } from '../../testbed/kept-postgres.ts'
import { startPostgres } from '../../testbed/postgres.ts'
import { smallDisk } from '../../testbed/small-disk.ts'
import { until } from '../../testbed/until.ts'
import { ground } from './testing/ground.ts'
import { adoptedXml } from './testing/kill-rows.ts'

const body = (name: string, more: { readonly start?: boolean } = {}) =>
  ({ name, from: 'empty', memoryMiB: 64, disks: [{ sizeGiB: 1 }], networks: ['lab'], ...more }) as const

const vms = async (floe: Controller) => (await floe.client.listVms({})).items
const problem = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error)
/** Follows a task over an outage. */
const ended = (floe: Controller, { number }: Task): Promise<Task> =>
  until(
    'the end of the task',
    async () => [await floe.client.getTask({ params: { task: String(number) } })].find((one) => one.endedAt !== null),
    60_000,
  )

/** A PostgreSQL that goes away and comes back: started again by the test, as by somebody else's service, or by the
 *  keeper of the product. */
const databases = {
  'somebody else starts': async () => {
    const postgres = await startPostgres()
    return Object.assign(postgres, { comeBack: () => postgres.start() })
  },
  'its own keeper starts': async () => {
    const postgres = await startKeptPostgres()
    return Object.assign(postgres, { comeBack: () => postgres.goOn() })
  },
}

test.for(['somebody else starts', 'its own keeper starts'] as const)(
  'PostgreSQL that %s again is killed: calls are refused in words, tasks go on, and no event is lost',
  async (whose) => {
    await using postgres = await databases[whose]()
    await using at = await ground(postgres.url)
    const { floe, host } = at
    const { pid } = floe
    const define = 'vm.create/define it/before-effect'
    const { task, go } = await at.standing(define, () => floe.client.createVm({ body: body('web', { start: true }) }))

    await postgres.kill()
    go()
    host.define(adoptedXml('while-away')) // libvirt says so now, and nobody can write it down
    const refused = await until<ApiProblem>('a refusal', async () => {
      const answer = await problem(floe.client.listVms({}))
      return answer instanceof ApiProblem && answer.code === 'database_away' ? answer : undefined
    })
    expect(refused).toMatchObject({ status: 503, title: expect.stringMatching(/restarted by itself; try again/) })
    await postgres.comeBack()

    expect((await ended(floe, task)).state).toMatch(/^(done|undone)$/)
    await until('what was defined meanwhile', async () => (await vms(floe)).some((vm) => vm.name === 'while-away'))
    await until('no lock', async () => (await vms(floe)).every((vm) => vm.lock === null))
    const made = (await vms(floe)).filter((vm) => vm.name === 'web').length
    expect(host.domains().filter((one) => one.name === 'web')).toHaveLength(made)
    expect(host.volumes('floe').filter((name) => name.startsWith('web-'))).toHaveLength(made)
    expect(floe.pid).toBe(pid)
    const next = await floe.finish((await floe.client.createVm({ body: body('next', { start: true }) })).task)
    expect(next).toMatchObject({ state: 'done' })
  },
)

test('libvirtd goes away for a second in the middle of a task: the task waits and is done', async () => {
  await using at = await ground()
  const { floe, host } = at
  const start = 'vm.create/start/before-effect'
  const { task, go } = await at.standing(start, () => floe.client.createVm({ body: body('web', { start: true }) }))
  await until('its definition', async () => (await floe.client.getVm({ params: { vm: 'web' } })).state === 'shutoff')
  await host.daemon.down()
  await until('a silent host', async () => (await floe.client.listHosts({})).items[0]?.state === 'down')
  // Let go only now: a call into the dying connection itself may have taken effect, and its task undoes itself.
  go()
  const vm = await floe.client.getVm({ params: { vm: 'web' } })
  expect(vm).toMatchObject({ state: 'unknown', problem: { code: 'vm_unseen' } })
  await host.daemon.listen()
  expect(await ended(floe, task)).toMatchObject({ state: 'done', error: null })
  expect(await vms(floe)).toMatchObject([{ name: 'web', state: 'running', lock: null, problem: null }])
})

test('libvirtd dies over a call: the task undoes itself when it is back, and only what it made', async () => {
  await using at = await ground()
  const { floe, host } = at
  host.addVolume('floe', 'web-other-1.qcow2')
  host.daemon.answer({
    domainCreateWithFlags: (_, session) => {
      session.drop()
      return new Promise(() => {})
    },
  })
  const { task } = await floe.client.createVm({ body: body('web', { start: true }) })
  const end = await ended(floe, task)
  expect(end).toMatchObject({ state: 'undone', error: { code: 'host_unreachable' } })
  expect(end.error?.message).toMatch(/^fake-\d+ does not answer \(.+\)\. What runs there may still run\.$/)
  expect(await vms(floe)).toEqual([])
  expect(host.domains()).toEqual([])
  expect(host.volumes('floe').filter((name) => name.startsWith('web'))).toEqual(['web-other-1.qcow2'])
})

test('a host that never answers a call ends it at its deadline, in words', async () => {
  await using at = await ground()
  const { floe, host } = at
  host.define(adoptedXml('mute'))
  await until('mute', async () => (await vms(floe)).length === 1)
  host.daemon.answer({ domainGetXmlDesc: () => new Promise(() => {}) })
  // The page of a VM waits for nobody: it shows what was seen last.
  expect(await floe.client.getVm({ params: { vm: 'mute' } })).toMatchObject({ name: 'mute', state: 'shutoff' })
})

test('the disk of the database is full: a sentence, nothing half made, and all is well when there is room', async () => {
  await using disk = await smallDisk({ sizeMiB: 96 })
  await using postgres = await startPostgres({ folder: disk.path })
  await using at = await ground(postgres.url)
  const { floe, host } = at
  await floe.finish((await floe.client.createVm({ body: body('before') })).task)
  await disk.fill()
  // What is written next finds no room, sooner or later: the log of the database has a little left.
  const refused = await until<ApiProblem>(
    'a refusal',
    async () => {
      const answer = await problem(floe.client.editVm({ params: { vm: 'before' }, body: { notes: noise() } }))
      return answer instanceof ApiProblem ? answer : undefined
    },
    60_000,
  )
  expect(['disk_full', 'database_away']).toContain(refused.code)
  expect(refused.title).toMatch(/^The (disk|database) .+\.$/)
  const created = await problem(floe.client.createVm({ body: body('during') }))
  await disk.free()
  await postgres.kill()
  await postgres.start()
  await until('the database', async () => !((await problem(floe.client.listVms({}))) instanceof ApiProblem))
  if (!(created instanceof ApiProblem)) await ended(floe, (created as { task: Task }).task)
  const after = await ended(floe, (await floe.client.createVm({ body: body('after') })).task)
  expect(after).toMatchObject({ state: 'done' })
  const shown = (await vms(floe)).map((vm) => vm.name)
  expect(shown.toSorted()).toEqual(
    host
      .domains()
      .map((one) => one.name)
      .toSorted(),
  )
  expect(shown).toContain('before')
  await until('no lock', async () => (await vms(floe)).every((vm) => vm.lock === null))
})

const noise = (): string => Array.from({ length: 100 }, () => Math.random().toString(36)).join('')
