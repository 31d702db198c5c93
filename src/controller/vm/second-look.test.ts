import { setTimeout as sleep } from 'node:timers/promises'

import { ApiProblem } from '@floe/client'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { until } from '../../../testbed/until.ts'
import type { VmId } from '../../base/ids.ts'
import { openDb } from '../../db/open-db.ts'
import { parseMarker } from '../../domain/index.ts'
import { startFakeHost, type FakeHost } from '../testing/fake-host.ts'
import { ground, type Ground } from '../testing/ground.ts'
import { hands } from '../testing/hands.ts'
import { adoptedXml } from '../testing/kill-rows.ts'

let at: Ground
const made = new AsyncDisposableStack()
beforeAll(async () => {
  at = made.use(await ground())
})
afterAll(() => made.disposeAsync())

const { client, vm, domain, make, defined, takenOver, disksOf, volume, refresh, addHost, cancel, logOf } = hands(
  () => at,
)
const markerIn = (name: string) => parseMarker(domain(name)!.xml)
const refusal = async (call: Promise<unknown>): Promise<ApiProblem> => {
  const answer = await call.catch((error: unknown) => error)
  if (!(answer instanceof ApiProblem)) throw new Error(`Not refused: ${JSON.stringify(answer).slice(0, 300)}`)
  return answer
}

test.for([
  ['startVm', 'vm.start/start/before-effect', 'shutoff'],
  ['shutDownVm', 'vm.shutdown/ask the guest/before-effect', 'running'],
  ['powerOffVm', 'vm.poweroff/power off/before-effect', 'running'],
  ['deleteVm', 'vm.delete/note what it has/before-effect', 'shutoff'],
  ['deleteVm', 'vm.delete/remove the definition/before-effect', 'shutoff'],
] as const)('%s at %s: a VM that another Floe takes over meanwhile is left alone', async ([verb, place, state], cx) => {
  const name = `taken-${cx.task.id.slice(-1)}`
  await make(name, { start: state === 'running' })
  const { task, go } = await at.standing(place, async () => {
    const answer = await client()[verb]({ params: { vm: name } })
    return { task: answer.task }
  })
  await takenOver(name)
  go()
  const ended = await at.floe.finish(task)
  expect(ended).toMatchObject({ error: { code: 'vm_foreign' } })
  expect(['failed', 'undone']).toContain(ended.state)
  expect(domain(name)?.state).toBe(state)
  expect(markerIn(name)?.floe).toMatch(/^0f0e0d0c/)
})

test('protection that is put on while a delete waits keeps the VM whole', async () => {
  await make('guarded')
  const { task, go } = await at.standing('vm.delete/remove the definition/before-effect', () =>
    client().deleteVm({ params: { vm: 'guarded' }, query: { disks: 'remove' } }),
  )
  await client().editVm({ params: { vm: 'guarded' }, body: { protected: true } })
  go()
  expect(await at.floe.finish(task)).toMatchObject({ error: { code: 'vm_protected' } })
  expect(await vm('guarded')).toMatchObject({ state: 'shutoff', lock: null })
  expect(disksOf('guarded')).toHaveLength(1)
})

test('a name that is taken between the plan and the first step ends the creation with nothing made', async () => {
  const { task, go } = await at.standing('vm.create/record it/before-effect', () =>
    client().createVm({ body: { name: 'late', from: 'empty', disks: [{ sizeGiB: 1 }], networks: [] } }),
  )
  await defined('late')
  go()
  expect(await at.floe.finish(task)).toMatchObject({
    error: { code: 'name_taken', message: 'There is a VM late already. late-2 is free.' },
  })
  expect(at.host.volumes('floe').filter((one) => one.startsWith('late'))).toEqual([])
})

const diskXml = (name: string, source: string): string =>
  adoptedXml(name).replace(
    '</domain>',
    `<devices><disk ${source}<target dev="vda" bus="virtio"/></disk></devices></domain>`,
  )

test('a disk that another VM names by pool and volume is in use, and the sentence names that VM', async () => {
  at.host.addVolume('floe', 'data.img')
  await refresh()
  const disk = { from: 'disk', disks: [{ pool: 'floe', volume: 'data.img' }] }
  const body = { name: 'second', networks: [], ...disk } as never
  const { task, go } = await at.standing('vm.create/record it/before-effect', () => client().createVm({ body }))
  await defined('owner', diskXml('owner', 'type="volume"><source pool="floe" volume="data.img"/>'))
  go()
  const sentence = 'data.img is already the disk of owner. Clone it, or choose another.'
  expect(await at.floe.finish(task)).toMatchObject({ error: { code: 'image_in_use', message: sentence } })
  expect(await refusal(client().createVm({ body }))).toMatchObject({ code: 'image_in_use', title: sentence })
  expect((await volume('data.img')).usedBy).toEqual(['owner'])
})

test('while a VM is deleted with its disks, nobody makes another on them', async () => {
  await make('leaving', { disks: [{ sizeGiB: 1, format: 'raw' }] })
  const [disk] = disksOf('leaving')
  const { task, go } = await at.standing('vm.delete/remove its disks/before-effect', () =>
    client().deleteVm({ params: { vm: 'leaving' }, query: { disks: 'remove' } }),
  )
  const body = { name: 'heir', from: 'disk', disks: [{ pool: 'floe', volume: disk! }], networks: [] } as never
  expect(await refusal(client().createVm({ body }))).toMatchObject({
    status: 409,
    code: 'object_locked',
    title: expect.stringMatching(/^The volume fake-\d+:.+leaving-.+ is removed with leaving \(task \d+/),
  })
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'done' })
  expect(at.host.volumes('floe')).not.toContain(disk)
})

test('a disk that got another user after its VM was gone is kept, and the log says so', async () => {
  await make('before')
  const [disk] = disksOf('before')
  const { path } = await volume(disk!)
  const { task, go } = await at.standing('vm.delete/remove its disks/before-effect', () =>
    client().deleteVm({ params: { vm: 'before' }, query: { disks: 'remove' } }),
  )
  await defined('after', diskXml('after', `type="file"><source file="${path}"/>`))
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'done' })
  expect(at.host.volumes('floe')).toContain(disk)
  expect(await logOf(task)).toContain(`${disk} is kept: it is the disk of after by now.`)
})

test('a cancelled delete of a VM that was made outside puts the same VM back, with its screen locked', async () => {
  const screen = '<devices><graphics type="vnc" passwd="secret"/></devices></domain>'
  await defined('visitor', adoptedXml('visitor').replace('</domain>', screen))
  await client().editVm({ params: { vm: 'visitor' }, body: { notes: 'of the library' } })
  const { id } = await vm('visitor')
  const place = 'vm.delete/see it gone/before-effect'
  const { task, go } = await at.standing(place, () => client().deleteVm({ params: { vm: 'visitor' } }))
  expect(domain('visitor')).toBeUndefined()
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(await vm('visitor')).toMatchObject({ id, notes: 'of the library', ours: false, foreign: null, lock: null })
  expect(markerIn('visitor')).toBeUndefined()
  expect(domain('visitor')?.xml).toMatch(/passwd="[\w-]{8}" passwdValidTo="2000-01-01T00:00:00"/)
  expect(await logOf(task)).toContain("visitor is defined again. Gone for good: its screen's password.")
})

test('it is the same VM even when the inventory is told late that it was gone', async () => {
  await defined('late-told')
  const { id } = await vm('late-told')
  const { task, go } = await at.standing('vm.delete/remove the definition/before-effect', () =>
    client().deleteVm({ params: { vm: 'late-told' } }),
  )
  await using db = openDb({ url: at.floe.database })
  await db.kysely.transaction().execute(async (trx) => {
    // What the inventory writes of it waits from here on; what a task reads does not.
    await trx
      .selectFrom('sighting')
      .select('uuid')
      .where('vm_id', '=', id as VmId)
      .forUpdate()
      .execute()
    go()
    await until('it is removed', () => domain('late-told') === undefined)
    await cancel(task)
    await until('it is defined again', () => domain('late-told') !== undefined)
    await sleep(100)
    expect(markerIn('late-told')).toMatchObject({ id, task: task.id })
  })
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(await vm('late-told')).toMatchObject({ id, ours: false })
  expect(markerIn('late-told')).toBeUndefined()
})

test('a delete that is cancelled when a disk is gone says plainly what is gone and what is left', async () => {
  await make('half', { disks: [{ sizeGiB: 1 }, { sizeGiB: 1 }] })
  const [first, second] = disksOf('half')
  const { task, go } = await at.standing('vm.delete/remove its disks/before-effect', () =>
    client().deleteVm({ params: { vm: 'half' }, query: { disks: 'remove' } }),
  )
  at.host.removeVolume('floe', first!)
  await cancel(task)
  go()
  expect(await at.floe.finish(task)).toMatchObject({ state: 'cancelled' })
  expect(await logOf(task)).toContain(
    `half is not put back: its disks ${first} are removed, and its definition with them. Still in the pool floe: ${second}.`,
  )
  expect(domain('half')).toBeUndefined()
})

test('a screen that never comes whole is given up in words', async () => {
  await make('still', { start: true })
  at.host.daemon.answer({
    domainScreenshot: (_, _session, stream) => {
      stream.write(Buffer.from('P6 2 2 255'))
      return { mime: 'image/x-portable-pixmap' }
    },
  })
  expect(await refusal(client().screenshotVm({ params: { vm: 'still' } }))).toMatchObject({
    status: 504,
    code: 'host_silent',
    title: expect.stringContaining(`${at.host.name} did not answer within 10 s`),
  })
})

// From here on this host starts nothing.
test('a VM that was made outside carries this Floe’s marker before it is started, and keeps its own ways', async () => {
  await defined('guest')
  const start = () => client().startVm({ params: { vm: 'guest' } })
  const { task, go } = await at.standing('vm.start/start/before-effect', start)
  expect(domain('guest')?.state).toBe('shutoff')
  expect(markerIn('guest')).toMatchObject({ id: (await vm('guest')).id, adopted: true })
  at.host.daemon.answer({ domainCreateWithFlags: () => Promise.reject(new Error('no')) })
  go()
  expect((await at.floe.finish(task)).state).toBe('undone')
  expect(markerIn('guest')).toBeUndefined()
  expect(await vm('guest')).toMatchObject({ ours: false, createdAt: null })
})

test('notes with control characters are refused by their field, before anything is begun', async () => {
  await defined('noted')
  const notes = 'hi\u001b]52;c;x\u0007'
  for (const call of [
    () => client().editVm({ params: { vm: 'noted' }, body: { notes } }),
    () => client().createVm({ body: { name: 'n', from: 'empty', notes } }),
  ])
    expect(await refusal(call())).toMatchObject({
      status: 422,
      code: 'not_valid',
      title: expect.stringMatching(/^Notes .+control character/),
    })
})

test('a plan warns of more than the host has', async () => {
  const plan = await client().planVm({ body: { name: 'huge', from: 'empty', vcpus: 710, disks: [], networks: [] } })
  expect(plan.obstacles).toEqual([])
  expect(plan.warnings).toMatchObject([{ field: 'vcpus', title: expect.stringContaining('has 2 CPUs') }])
})

test('a host that hangs is not waited for: another is chosen, and its own images are refused in words', async () => {
  const slow: FakeHost = made.use(await startFakeHost())
  await addHost(slow)
  slow.addVolume('floe', 'there.img')
  await refresh(slow.name)
  const never = () => new Promise<never>(() => {})
  slow.daemon.answer({ storageVolDownload: () => Promise.reject(new Error('I/O error')) })
  const disks = [{ pool: 'floe', volume: 'there.img' }]
  const named = { name: 'there', from: 'disk', host: slow.name, disks, networks: [] } as never
  expect(await refusal(client().createVm({ body: named }))).toMatchObject({
    status: 422,
    code: 'image_refused',
    title: expect.stringMatching(
      /^there\.img is not used: it could not be looked into: fake-\d+ says ".+"\. .+try again\.$/,
    ),
  })
  slow.daemon.answer({ nodeGetMemoryStats: never, storageVolLookupByName: never })
  expect(await refusal(client().createVm({ body: named }))).toMatchObject({
    code: 'host_unreachable',
    title: `${slow.name} does not answer (no answer within 2 s). What runs there may still run.`,
  })
  const plan = await client().planVm({ body: { name: 'swift', from: 'empty', disks: [], networks: [] } })
  expect(plan.chosen).toContainEqual(expect.objectContaining({ what: 'Host', value: at.host.name }))
})
