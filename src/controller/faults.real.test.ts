import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { ApiProblem } from '@floe/client'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startController, type Controller } from '../../testbed/controller.ts'
import { guestPrompt } from '../../testbed/guest.ts'
import { startHost, type Host } from '../../testbed/host.ts'
import { scratch } from '../../testbed/scratch.ts'
import { smallDisk, type SmallDisk } from '../../testbed/small-disk.ts'
import { until } from '../../testbed/until.ts'
import { readConfig, writeConfig } from '../setup/config.ts'

let host: Host
let floe: Controller
let disk: SmallDisk
let hold: string
const made = new AsyncDisposableStack()
beforeAll(async () => {
  disk = made.use(await smallDisk())
  hold = join(made.use(await scratch('hold')).path, 'hold')
  host = made.use(await startHost())
  floe = made.use(await startController({ host, imagesDir: join(disk.path, 'images'), env: { FLOE_HOLD_FILE: hold } }))
})
afterAll(() => made.disposeAsync())

const body = (name: string, more: Record<string, unknown> = {}) =>
  ({ name, from: 'empty', memoryMiB: 64, vcpus: 1, disks: [], networks: [], start: true, ...more }) as never
const make = async (name: string, more: Record<string, unknown> = {}, at = floe) =>
  at.finish((await at.client.createVm({ body: body(name, more) })).task)
const vm = (name: string, at = floe) => at.client.getVm({ params: { vm: name } })
const refusal = async (call: Promise<unknown>): Promise<ApiProblem> => {
  const answer = await call.catch((error: unknown) => error)
  if (!(answer instanceof ApiProblem)) throw new Error(`Not refused: ${JSON.stringify(answer).slice(0, 300)}`)
  return answer
}
const domains = async (): Promise<string[]> => (await host.virsh('list', '--all', '--name')).split('\n').filter(Boolean)
const volumes = async (pool = 'floe'): Promise<string> => host.virsh('vol-list', pool)

test('a QEMU that is killed is a state with a reason, a problem with a remedy, and starts again', async () => {
  expect(await make('short')).toMatchObject({ state: 'done', error: null })
  process.kill(host.qemuPid('short')!, 'SIGKILL')
  await until('the end of short', async () => (await vm('short')).state === 'shutoff')
  const problem = {
    code: 'qemu_ended',
    remedy: expect.stringMatching(/^Start it again; .+short\.log has its last words\.$/),
  }
  expect(await vm('short')).toMatchObject({ problem })
  const told = (await floe.client.listChanges({ query: { vm: (await vm('short')).id } })).items
  expect(told[0]).toMatchObject({ kind: 'vm.stopped', title: 'Stopped: its QEMU ended', author: { kind: 'outside' } })
  // libvirt has other words for it afterwards; the problem stays.
  await floe.finish((await floe.client.refreshHost({ params: { host: host.name } })).task)
  expect(await vm('short')).toMatchObject({ state: 'shutoff', problem })
  const again = await floe.finish((await floe.client.startVm({ params: { vm: 'short' } })).task)
  expect(again).toMatchObject({ state: 'done' })
  expect(await vm('short')).toMatchObject({ state: 'running', problem: null })
})

test('libvirtd is killed and started in the middle of a task: the task is done, and no guest notices', async () => {
  expect(await make('steady')).toMatchObject({ state: 'done' })
  const pid = host.qemuPid('steady')
  const place = 'vm.create/start/before-effect'
  writeFileSync(hold, place)
  const { task } = await floe.client.createVm({ body: body('across') })
  await until('the task at its place', () => !existsSync(hold))
  await host.killLibvirtd()
  await until('a silent host', async () => (await floe.client.listHosts({})).items[0]?.state === 'down')
  // Let go only now: a call into the dying connection itself may have taken effect, and its task undoes itself.
  writeFileSync(`${hold}.go`, place)
  expect(await vm('steady')).toMatchObject({ state: 'unknown', problem: { code: 'vm_unseen' } })
  expect(await refusal(floe.client.powerOffVm({ params: { vm: 'steady' } }))).toMatchObject({ code: 'vm_unseen' })
  await host.startLibvirtd()
  expect(await floe.finish(task)).toMatchObject({ state: 'done', error: null })
  await until('steady', async () => (await vm('steady')).state === 'running')
  expect(host.qemuPid('steady')).toBe(pid)
  expect((await vm('steady')).drift).toBeNull()
  expect((await floe.client.listHosts({})).items).toMatchObject([{ state: 'up' }])
})

test('a stopped QEMU holds up nobody else, and can be powered off', async () => {
  expect(await make('frozen')).toMatchObject({ state: 'done' })
  const pid = host.qemuPid('frozen')!
  process.kill(pid, 'SIGSTOP')
  try {
    // Ten calls that wait for its monitor: more than one connection of libvirt takes at once.
    const waiting = Array.from({ length: 10 }, () =>
      floe.client.screenshotVm({ params: { vm: 'frozen' } }).catch((error: unknown) => error),
    )
    const began = performance.now()
    expect(await vm('frozen')).toMatchObject({ state: 'running' })
    const made = await make('brisk')
    expect([made.state, made.error?.message]).toEqual(['done', undefined])
    const off = await floe.finish((await floe.client.powerOffVm({ params: { vm: 'brisk' } })).task)
    expect([off.state, off.error?.message]).toEqual(['done', undefined])
    expect(performance.now() - began).toBeLessThan(60_000)
    const titles = (await Promise.all(waiting)).flatMap((one) => (one instanceof ApiProblem ? [one.title] : []))
    expect(titles.filter((title) => !/^[^\s].{10,500}\.$/.test(title))).toEqual([])
    const killed = await floe.finish((await floe.client.powerOffVm({ params: { vm: 'frozen' } })).task)
    expect(`${killed.state} ${killed.error?.message}`).toBe('done undefined')
  } finally {
    if (host.qemuPid('frozen') === pid) process.kill(pid, 'SIGCONT')
  }
})

test('the disk of the images is full: a sentence, and nothing of the VM is left', async () => {
  const large = await refusal(floe.client.createVm({ body: body('large', { disks: [{ sizeGiB: 1, format: 'raw' }] }) }))
  expect(large).toMatchObject({ status: 507, code: 'pool_full' })
  expect(large.title).toMatch(/^The pool floe has .+ free, 1 GiB are needed\. Free some space there/)

  await disk.fill()
  const task = await make('full', { disks: [{ sizeGiB: 0.02, format: 'raw' }, { sizeGiB: 1 }] }).catch(
    (e: unknown) => e,
  )
  await disk.free()
  // Floe looked before it was full, or libvirt says so: either way it is a sentence about the pool.
  const said = task instanceof ApiProblem ? task.title : (task as { error: { message: string } }).error.message
  expect(said).toMatch(/The pool floe has .+ free, .+ are needed|The disk that holds .+ is full/)
  expect(await domains()).not.toContain('full')
  expect(await volumes()).not.toContain('full-')
  expect((await floe.client.listVms({ query: { q: 'full' } })).items).toEqual([])
  expect(await make('roomy', { disks: [{ sizeGiB: 1 }] })).toMatchObject({ state: 'done' })
})

test('a guest whose disk finds no room stands still with a reason and a remedy, and goes on when there is room again', async () => {
  const filler = { from: 'sample', memoryMiB: 256, disks: [{ sizeGiB: 1 }] }
  expect(await make('filler', filler)).toMatchObject({ state: 'done', error: null })
  const serial = await floe.client.console({ vm: 'filler', kind: 'serial' })
  let said = ''
  const listening = (async () => {
    for await (const bytes of serial.output) said += Buffer.from(bytes).toString()
  })()
  await until('its shell', () => said.includes(guestPrompt), 120_000)

  await disk.fill(2 << 20)
  serial.send('dd if=/dev/urandom of=/dev/vda bs=1M count=8 conv=fsync && echo all is written\n')
  await until('a guest that stands still', async () => (await vm('filler')).state === 'paused', 120_000)
  const problem = {
    code: 'io_error',
    remedy: expect.stringMatching(/^Free space .+ "virsh resume filler" on host-1\.$/),
  }
  expect(await vm('filler')).toMatchObject({ state: 'paused', reason: 'ioerror', problem })
  const [told] = (await floe.client.listChanges({ query: { vm: (await vm('filler')).id } })).items
  expect(told).toMatchObject({ title: 'Paused: an I/O error', author: { kind: 'outside' } })
  expect((await floe.client.overview({})).needs).toContainEqual(
    expect.objectContaining({ object: expect.objectContaining({ name: 'filler' }), worst: 'error' }),
  )
  // What libvirt says when it is asked is the same as what it announced.
  await floe.finish((await floe.client.refreshHost({ params: { host: host.name } })).task)
  expect(await vm('filler')).toMatchObject({ state: 'paused', reason: 'ioerror', problem })

  await disk.free()
  await host.virsh('resume', 'filler')
  await until('a guest that goes on', async () => (await vm('filler')).state === 'running')
  expect(await vm('filler')).toMatchObject({ problem: null })
  await until('what it had to write', () => /^all is written/m.test(said), 120_000)
  serial.close()
  await listening
  await floe.finish((await floe.client.powerOffVm({ params: { vm: 'filler' } })).task)
  await floe.finish((await floe.client.deleteVm({ params: { vm: 'filler' }, query: { disks: 'remove' } })).task)
}, 300_000)

test('an image that goes away between the plan and the start undoes the task', async () => {
  await host.virsh('vol-create-as', 'floe', 'gone.qcow2', '1M', '--format', 'qcow2')
  await floe.finish((await floe.client.refreshHost({ params: { host: host.name } })).task)
  const place = 'vm.create/start/before-effect'
  writeFileSync(hold, place)
  const { task } = await floe.client.createVm({
    body: body('lost', { from: 'disk', disks: [{ pool: 'floe', volume: 'gone.qcow2' }] }),
  })
  await until('the task at its place', () => !existsSync(hold))
  await host.virsh('vol-delete', 'gone.qcow2', '--pool', 'floe')
  writeFileSync(`${hold}.go`, place)
  expect(await floe.finish(task)).toMatchObject({ state: 'undone', error: { code: 'image_gone' } })
  expect(await domains()).not.toContain('lost')
})

test('two copies of Floe on one host: each leaves the other’s VMs alone until one takes them over', async () => {
  await using second = await startController()
  await second.stop()
  const config = readConfig(second.data)!
  writeConfig(second.data, { ...config, pool: 'floe-two' })
  await second.start()
  const added = await second.client.addHost({ body: { name: host.name, uri: host.uri } })
  expect(await second.finish('task' in added && added.task ? added.task : (added as never))).toMatchObject({
    state: 'done',
  })

  expect(await make('ours')).toMatchObject({ state: 'done' })
  await until('ours', async () => (await second.client.listVms({ query: { q: 'ours' } })).total === 1)
  expect(await vm('ours', second)).toMatchObject({ ours: false, foreign: readConfig(floe.data)!.id, drift: null })
  for (const verb of ['powerOffVm', 'shutDownVm', 'startVm', 'deleteVm'] as const)
    expect(await refusal(second.client[verb]({ params: { vm: 'ours' } }))).toMatchObject({ code: 'vm_foreign' })
  expect(await refusal(second.client.createVm({ body: body('ours') }))).toMatchObject({
    code: 'name_taken',
    title: 'There is a VM ours already. ours-2 is free.',
  })
  expect(await make('ours-2', {}, second)).toMatchObject({ state: 'done' })
  await until('ours-2', async () => (await floe.client.listVms({ query: { q: 'ours-2' } })).total === 1)
  expect(await vm('ours-2')).toMatchObject({ ours: false, foreign: config.id, state: 'running' })

  const pid = host.qemuPid('ours')
  expect(await second.finish((await second.client.takeOverVm({ params: { vm: 'ours' } })).task)).toMatchObject({
    state: 'done',
  })
  expect(await vm('ours', second)).toMatchObject({ ours: true, foreign: null, state: 'running' })
  await until('the other to notice', async () => (await vm('ours')).foreign === config.id)
  expect(await refusal(floe.client.powerOffVm({ params: { vm: 'ours' } }))).toMatchObject({ code: 'vm_foreign' })
  const off = await second.finish((await second.client.powerOffVm({ params: { vm: 'ours' } })).task)
  expect(off).toMatchObject({ state: 'done' })
  expect(pid).toBeDefined()
  // Ending the second ends none of its VMs.
  expect(await second.stop()).toBe(0)
  expect(host.qemuPid('ours-2')).toBeDefined()
})
