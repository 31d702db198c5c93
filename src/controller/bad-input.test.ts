import { existsSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

import { ApiProblem, createClient, type Client } from '@floe/client'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startController, type Controller } from '../../testbed/controller.ts'
import { scratch } from '../../testbed/scratch.ts'
import { until } from '../../testbed/until.ts'
import { startFakeHost, type FakeHost } from './testing/fake-host.ts'
import { foreignXml } from './testing/kill-rows.ts'

let host: FakeHost
let floe: Controller
let hold: string
const made = new AsyncDisposableStack()
beforeAll(async () => {
  hold = join(made.use(await scratch('hold')).path, 'hold')
  host = made.use(await startFakeHost())
  floe = made.use(await startController({ host: { name: host.name, uri: host.uri }, env: { FLOE_HOLD_FILE: hold } }))
})
afterAll(() => made.disposeAsync())

type Body = Parameters<Client['createVm']>[0]['body']
const body = (more: Record<string, unknown> = {}): Body => ({
  name: 'web',
  from: 'empty',
  memoryMiB: 64,
  disks: [],
  networks: [],
  ...more,
})

/** How a call was refused. */
async function refusal(call: Promise<unknown>): Promise<ApiProblem> {
  const answer = await call.then(
    (value) => value,
    (error: unknown) => error,
  )
  if (!(answer instanceof ApiProblem)) throw new Error(`Not refused: ${JSON.stringify(answer).slice(0, 300)}`)
  return answer
}

/** A sentence: it begins with a capital or a name, ends with a full stop, and is for people. */
const sentence = /^[^\s].{10,600}\.$/s

async function nothingMade(): Promise<void> {
  expect((await floe.client.listVms({})).items.map((vm) => vm.name)).not.toContain('web')
  expect(host.domains().filter((one) => one.name === 'web')).toEqual([])
  expect(host.volumes('floe').filter((name) => name.startsWith('web'))).toEqual([])
}

test.for([
  ['of 10,000 characters', 'x'.repeat(10_000)],
  ['with markup', '<script>alert(1)</script>'],
  ['that ends an element', "web</name><metadata/><name>'"],
  ['with a path', '../../etc/passwd'],
  ['with control characters', 'web\u0000\u0007\u001b]52;c;x\u0007'],
  ['with a line break', 'web\nroot'],
  ['that turns the line around', 'web\u202egnp'],
  ['with half a character', 'web\ud800'],
  ['that is an option', '-rf'],
  ['that is empty', ''],
  ['that is no text', 7],
] as const)('a name %s is refused with a sentence, and nothing is made', async ([, name]) => {
  const problem = await refusal(floe.client.createVm({ body: body({ name }) }))
  expect([problem.status, problem.code]).toEqual([422, 'not_valid'])
  expect(problem.title).toMatch(sentence)
  expect(problem.title.length).toBeLessThan(600)
  await nothingMade()
})

test.for([
  ['memoryMiB', -1],
  ['memoryMiB', 0],
  ['memoryMiB', 2 ** 53],
  ['memoryMiB', 1e300],
  ['memoryMiB', 64.5],
  ['memoryMiB', '64'],
  ['memoryMiB', null],
  ['vcpus', -1],
  ['vcpus', 0],
  ['vcpus', 2 ** 53],
  ['disks', [{ sizeGiB: -1 }]],
  ['disks', [{ sizeGiB: 0 }]],
  ['disks', [{ sizeGiB: 2 ** 53 }]],
  ['disks', [{ sizeGiB: '1' }]],
  ['disks', Array.from({ length: 17 }, () => ({ sizeGiB: 1 }))],
  ['networks', ['x'.repeat(10_000)]],
  ['networks', Array.from({ length: 100 }, () => 'lab')],
  ['tags', ['<b>']],
  ['notes', 'x'.repeat(100_000)],
  ['host', 'x'.repeat(10_000)],
  ['firmware', 'openfirmware'],
  ['kernel', '/etc/shadow'],
  ['__proto__x', {}],
] as const)('%s = %j is refused with a sentence, and nothing is made', async ([field, value]) => {
  const problem = await refusal(floe.client.createVm({ body: body({ [field]: value }) }))
  expect(problem.status).toBeGreaterThanOrEqual(404)
  expect(problem.status).toBeLessThan(500)
  expect(problem.title).toMatch(sentence)
  expect(problem.title.length).toBeLessThan(600)
  await nothingMade()
})

test('what is allowed but more than there is names both figures', async () => {
  const memory = await refusal(floe.client.createVm({ body: body({ memoryMiB: 16_777_216, start: true }) }))
  expect(memory).toMatchObject({ status: 409, code: 'no_memory' })
  expect(memory.title).toMatch(/64 GiB free, web needs 16 TiB/)
  const disk = await refusal(floe.client.createVm({ body: body({ disks: [{ sizeGiB: 65_536, format: 'raw' }] }) }))
  expect(disk).toMatchObject({ status: 507, code: 'pool_full' })
  await nothingMade()
})

type Posted = { readonly bytes: Buffer | string; readonly type?: string; readonly length?: number }

/** Sends exactly these bytes as the body; `length` claims more. */
function send(path: string, { bytes, type = 'application/json', length }: Posted) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const headers = { 'content-type': type, host: 'localhost', ...(length && { 'content-length': length }) }
    const asked = request({ socketPath: floe.socket, path: `/api/v1${path}`, method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        asked.destroy()
        resolve({ status: answer.statusCode ?? 0, text })
      })
    })
    asked.on('error', reject)
    if (length === undefined) asked.end(bytes)
    else asked.write(bytes)
  })
}

async function post(path: string, posted: Posted) {
  const { status, text } = await send(path, posted)
  return { ...(JSON.parse(text) as { readonly title: string; readonly code: string }), status }
}

test.for([
  ['nothing', '', 422],
  ['half an object', '{"name":"web"', 400],
  ['no JSON', 'name=web', 400],
  ['a NUL', '\0', 400],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400],
  ['a hundred thousand brackets', '['.repeat(100_000), 400],
  ['a text', '"web"', 422],
  ['a list', '[]', 422],
  ['null', 'null', 422],
  ['a number beyond all', '{"name":"web","from":"empty","memoryMiB":1e999}', 422],
] as const)('a body of %s is refused as it is', async ([, bytes, status]) => {
  const problem = await post('/vms', { bytes })
  expect([400, 422]).toContain(problem.status)
  expect(problem.status).toBe(status)
  expect(problem.title).toMatch(sentence)
  await nothingMade()
})

test('a body that is too large, or of another kind, is refused', async () => {
  const large = await post('/vms', { bytes: '{', length: 4 << 20 })
  expect(large).toMatchObject({ status: 413, code: 'too_large' })
  const form = await post('/vms', { bytes: 'name=web', type: 'application/x-www-form-urlencoded' })
  expect(form.status).toBeGreaterThanOrEqual(400)
  expect(form.title).toMatch(sentence)
  await nothingMade()
})

test('odd references, filters and cursors are refused or find nothing', async () => {
  const { client } = floe
  /** The status of a refusal, or what was found. */
  const met = (call: Promise<unknown>) =>
    call.then(
      (answer) => (answer as { items?: unknown[] }).items?.length,
      (error: unknown) => (error as ApiProblem).status,
    )
  for (const vm of ["' or 1=1 --", '../vms', '%00', 'x'.repeat(255), '\u0000'])
    expect([404, 422]).toContain(await met(client.getVm({ params: { vm } })))
  for (const q of ["'%_\\", '\u0000', '<b>', 'ä'.repeat(100)])
    expect([0, 422]).toContain(await met(client.listVms({ query: { q } })))
  for (const after of ['x', 'bnVsbA', '[]', Buffer.from('["a","b","c"]').toString('base64url'), '\u0000'])
    expect(await met(client.listVms({ query: { after } }))).not.toBe(500)
  const uris = ['qemu:///system?socket=../x', 'http://x/', 'qemu+ssh://x/system', 'qemu+tls://a b/system', '\u0000']
  for (const uri of [...uris, 'x'.repeat(5000)]) {
    const problem = await refusal(client.addHost({ body: { uri } }))
    expect(problem.status).toBe(422)
    expect(problem.title).toMatch(sentence)
  }
})

test('an image that is missing, or of another format than said, is refused by name', async () => {
  const qcow2 = Buffer.alloc(4096)
  qcow2.write('QFI\xfb', 'latin1')
  qcow2.writeUInt32BE(3, 4)
  qcow2.writeUInt32BE(16, 20)
  qcow2.writeBigUInt64BE(1n << 30n, 24)
  host.addVolume('floe', 'hidden.img', qcow2, 'raw')
  host.addVolume('floe', 'text.iso', Buffer.from('no ISO at all'), 'raw')
  const based = Buffer.from(qcow2)
  based.writeBigUInt64BE(200n, 8)
  based.writeUInt32BE(11, 16)
  based.write('/etc/shadow', 200)
  host.addVolume('floe', 'based.qcow2', based, 'qcow2')
  await floe.finish((await floe.client.refreshHost({ params: { host: host.name } })).task)

  const disk = (volume: string) =>
    floe.client.createVm({ body: body({ from: 'disk', disks: [{ pool: 'floe', volume }] }) })
  expect(await refusal(disk('nowhere.img'))).toMatchObject({
    code: 'image_missing',
    title: expect.stringContaining('nowhere.img'),
  })
  expect(await refusal(disk('hidden.img'))).toMatchObject({
    code: 'image_format',
    title: 'hidden.img is qcow2, not raw. Choose another volume.',
  })
  expect(await refusal(disk('based.qcow2'))).toMatchObject({
    code: 'image_refused',
    title: expect.stringContaining('rests on another image'),
  })
  const iso = floe.client.createVm({ body: body({ from: 'iso', iso: { pool: 'floe', volume: 'text.iso' } }) })
  expect(await refusal(iso)).toMatchObject({
    code: 'image_format',
    title: expect.stringContaining('text.iso is raw, not an ISO image'),
  })
  await nothingMade()
})

test('a name that Floe’s or virsh’s VM has is taken, and a free one is named', async () => {
  await floe.finish((await floe.client.createVm({ body: body({ name: 'mine' }) })).task)
  expect(await refusal(floe.client.createVm({ body: body({ name: 'mine' }) }))).toMatchObject({
    status: 409,
    code: 'name_taken',
    title: 'There is a VM mine already. mine-2 is free.',
  })
  host.define(foreignXml('theirs').replace(/<metadata>.*<\/metadata>/s, ''))
  await until('theirs', async () => (await floe.client.listVms({ query: { q: 'theirs' } })).total === 1)
  expect(await refusal(floe.client.createVm({ body: body({ name: 'theirs' }) }))).toMatchObject({ code: 'name_taken' })
})

test('two requests for one name at the same time make one VM', async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: 5 }, () => floe.client.createVm({ body: body({ name: 'race' }) })),
  )
  for (const answer of answers) if (answer.status === 'fulfilled') await floe.finish(answer.value.task)
  const codes = answers.flatMap((one) => (one.status === 'rejected' ? [(one.reason as ApiProblem).code] : []))
  expect(codes.filter((code) => code !== 'name_taken' && code !== 'object_locked')).toEqual([])
  expect((await floe.client.listVms({ query: { q: 'race' } })).items.map((vm) => vm.name)).toEqual(['race'])
  expect(host.domains().filter((one) => one.name === 'race')).toHaveLength(1)
})

test('a name that virsh takes between the plan and the definition undoes the task and leaves the other alone', async () => {
  writeFileSync(hold, 'vm.create/define it/before-effect')
  const { task } = await floe.client.createVm({ body: body({ name: 'late', disks: [{ sizeGiB: 1 }], start: true }) })
  await until('the task at its place', () => !existsSync(hold))
  host.define(foreignXml('late').replace(/<metadata>.*<\/metadata>/s, ''))
  writeFileSync(`${hold}.go`, 'vm.create/define it/before-effect')
  const ended = await floe.finish(task)
  expect(ended).toMatchObject({
    state: 'undone',
    error: { code: 'name_taken', message: 'There is a VM late already. late-2 is free.' },
  })
  expect(host.domains().filter((one) => one.name === 'late')).toMatchObject([{ state: 'shutoff' }])
  expect(host.volumes('floe').filter((name) => name.startsWith('late'))).toEqual([])
  expect((await floe.client.listVms({ query: { q: 'late' } })).items).toMatchObject([
    { name: 'late', ours: false, lock: null },
  ])
})

test('another Floe’s VM is read-only until it is taken over', async () => {
  host.define(foreignXml('guarded'))
  const params = { vm: 'guarded' }
  const foreign = async () => (await floe.client.getVm({ params })).foreign
  await until('guarded', async () => (await floe.client.listVms({ query: { q: 'guarded' } })).total === 1)
  expect(await foreign()).not.toBeNull()
  for (const call of [
    () => floe.client.startVm({ params }),
    () => floe.client.powerOffVm({ params }),
    () => floe.client.shutDownVm({ params }),
    () => floe.client.deleteVm({ params }),
    () => floe.client.editVm({ params, body: { notes: 'mine now' } }),
  ])
    expect(await refusal(call())).toMatchObject({
      status: 409,
      code: 'vm_foreign',
      title: expect.stringContaining('floe vm take-over guarded'),
    })
  expect(host.domains().find((one) => one.name === 'guarded')?.state).toBe('shutoff')

  expect(await floe.finish((await floe.client.takeOverVm({ params })).task)).toMatchObject({ state: 'done' })
  expect(await foreign()).toBeNull()
  expect(await floe.finish((await floe.client.startVm({ params })).task)).toMatchObject({ state: 'done' })
})

test('a person sees no other person’s VM: it is not there, whatever is asked of it', async () => {
  const person = async (name: string) => {
    const { password } = await floe.client.createUser({ body: { name, role: 'user' } })
    const { token } = await createClient({ baseUrl: floe.url }).login({ body: { name, password, use: 'cli' } })
    const client = createClient({ baseUrl: floe.url, token: token! })
    await client.changePassword({ body: { new: `a long enough phrase of ${name} 7` } })
    return client
  }
  const [ada, bob] = [await person('ada'), await person('bob')]
  await floe.finish((await floe.client.createVm({ body: body({ name: 'adas', owner: 'ada' }) })).task)
  expect((await ada.listVms({})).items.map((vm) => vm.name)).toEqual(['adas'])
  expect((await bob.listVms({})).items).toEqual([])
  expect((await bob.countVms({})).total).toBe(0)
  const { id } = (await ada.listVms({})).items[0]!
  for (const vm of ['adas', id]) {
    for (const call of [
      () => bob.getVm({ params: { vm } }),
      () => bob.startVm({ params: { vm } }),
      () => bob.powerOffVm({ params: { vm } }),
      () => bob.screenshotVm({ params: { vm } }),
    ])
      expect(await refusal(call())).toMatchObject({
        status: 404,
        code: 'not_found',
        title: `There is no VM ${vm}, or you may not see it.`,
      })
  }
  const changes = (await bob.listChanges({})).items
  expect(JSON.stringify(changes)).not.toContain('adas')
  expect((await bob.listTasks({})).items).toEqual([])
  expect(await floe.finish((await ada.startVm({ params: { vm: 'adas' } })).task)).toMatchObject({ state: 'done' })
})

test('a QEMU that ends by itself is a state with a reason, and a problem with a remedy', async () => {
  await floe.finish((await floe.client.createVm({ body: body({ name: 'short', start: true }) })).task)
  host.crash('short')
  const vm = () => floe.client.getVm({ params: { vm: 'short' } })
  await until('the end of short', async () => (await vm()).state === 'shutoff')
  expect(await vm()).toMatchObject({
    reason: 'failed',
    problem: { code: 'qemu_ended', remedy: expect.stringMatching(sentence) },
  })
})
