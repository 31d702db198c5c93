import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'

import { handler } from '../controller/http/handler.ts'
import { testFloe, type TestFloe } from './testing/floe.ts'
import { sampleVm } from './testing/samples.ts'

const many = Array.from({ length: 1203 }, (_, i) => sampleVm(i + 1, { memoryMiB: i % 2 ? 512 : 16_384 }))
let asked: { q?: string | undefined; after?: string | undefined; limit?: number | undefined }[] = []
let vms = many

const listVms = handler('listVms', ({ query }) => {
  asked.push(query)
  const from = query.after === undefined ? 0 : Number(query.after)
  const to = from + (query.limit ?? 100)
  const next = to < vms.length ? String(to) : null
  return Promise.resolve({ items: vms.slice(from, to), total: vms.length, next, revision: 1 })
})

let floe: TestFloe
beforeAll(async () => {
  floe = await testFloe({ handlers: [listVms] })
})
afterAll(() => floe[Symbol.asyncDispose]())

test('a list has every page of it, as an array for programs', async () => {
  vms = many
  asked = []
  const { code, out, err } = await floe.local('vm', 'list', '-o', 'json')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  const rows = JSON.parse(out) as Record<string, unknown>[]
  expect(rows).toHaveLength(1203)
  expect(rows[0]).toMatchObject({
    id: vms[0]!.id,
    name: 'vm1',
    state: 'running',
    host: 'hv1',
    memoryMiB: 16_384,
    vcpus: 2,
  })
  expect(asked.map((one) => [one.limit, one.after])).toEqual([
    [500, undefined],
    [500, '500'],
    [500, '1000'],
  ])
})

test('a table is aligned, figures to the right, a dash where there is nothing, without colour in a pipe', async () => {
  vms = [
    sampleVm(1, { name: 'a', state: 'shutoff', memoryMiB: 512, vcpus: 16, host: null }),
    sampleVm(2, {
      name: 'long-name',
      tags: ['x', 'y'],
      lock: { task: 7, cause: 'is being started', since: '2026-01-01T00:00:00Z' },
    }),
  ]
  expect((await floe.local('vm', 'list')).out).toBe(
    [
      'NAME       STATE    HOST   MEMORY  VCPUS  TAGS  NOTICE',
      'a          shutoff  –     512 MiB     16  –     –',
      'long-name  running  hv1     2 GiB      2  x, y  is being started (task 7)',
      '',
    ].join('\n'),
  )
})

test('a terminal gets colour, unless it is dumb or NO_COLOR is set', async () => {
  vms = [sampleVm(1)]
  const argv = ['vm', 'list', '--data', floe.data]
  expect((await floe.run(argv, { tty: true })).out).toContain('\u001b[32mrunning\u001b[0m')
  expect((await floe.run(argv, { tty: true, env: { NO_COLOR: '1' } })).out).not.toContain('\u001b')
  expect((await floe.run(argv, { tty: true, env: { TERM: 'dumb' } })).out).not.toContain('\u001b')
})

test('a name that was made to steer the terminal is shown, not obeyed, in every format', async () => {
  const name = 'x\u001b]52;c;aGk=\u0007\u009b2J\ny\u202e\u{e0041}'
  vms = [sampleVm(1, { name })]
  const shown = String.raw`x\u001b]52;c;aGk=\u0007\u009b2J\ny\u202e\udb40\udc41`
  expect((await floe.local('vm', 'list')).out).toContain(shown)
  for (const format of ['json', 'yaml']) {
    const { out } = await floe.local('vm', 'list', '-o', format)
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e\u{e0041}]/u)
    const [row] = (format === 'json' ? JSON.parse(out) : parse(out)) as { name: string }[]
    expect(row!.name).toBe(name)
  }
})

test('a name of 10,000 characters is cut on a terminal and whole in a pipe', async () => {
  vms = [sampleVm(1, { name: 'é'.repeat(10_000) })]
  expect((await floe.local('vm', 'list')).out).toContain('é'.repeat(10_000))
  const { out } = await floe.run(['vm', 'list', '--data', floe.data], { tty: true })
  expect(out).toContain(`${'é'.repeat(59)}…  `)
})

test('an empty list is an empty array, or a sentence beside the output that knows whether it was narrowed', async () => {
  vms = []
  expect(await floe.local('vm', 'list', '-o', 'json')).toEqual({ code: 0, out: '[]\n', err: '' })
  expect(await floe.local('vm', 'list')).toEqual({
    code: 0,
    out: '',
    err: 'No such VMs. "floe vm create welcome --from sample --start" makes one.\n',
  })
  expect((await floe.local('vm', 'list', '--host', 'hv9')).err).toBe('Nothing matches.\n')
})

test('options go where the operation has them', async () => {
  vms = []
  asked = []
  await floe.local('vm', 'list', '--search', 'a b', '--state', 'running', '--sort', '-memory')
  expect(asked).toEqual([{ q: 'a b', state: 'running', sort: '-memory', limit: 500 }])
})
