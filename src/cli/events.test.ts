import { afterAll, beforeAll, expect, test } from 'vitest'

import { appendChanges } from '../db/append-changes.ts'
import { Interrupted } from './io.ts'
import { testFloe, type TestFloe } from './testing/floe.ts'

let floe: TestFloe
beforeAll(async () => {
  floe = await testFloe()
})
afterAll(() => floe[Symbol.asyncDispose]())

const change = (title: string) =>
  floe.at.db.kysely.transaction().execute((trx) =>
    appendChanges(trx, [
      {
        kind: 'vm.started',
        objectKind: 'vm',
        objectId: '0199aaaa-0000-7000-8000-000000000001',
        objectName: 'web1',
        authorKind: 'outside',
        title,
        scopes: ['all'],
      },
    ]),
  )

/** Follows until `until` stands in the output, then types Ctrl-C; `onFirst` runs when the stream says anything. */
async function follow(argv: readonly string[], until: string) {
  const stop = new AbortController()
  return floe.run(['events', '--data', floe.data, ...argv], {
    interrupt: stop.signal,
    onOut: (out) => out.includes(until) && stop.abort(new Interrupted()),
  })
}

test('events are one object a line for programs, from the revision that was said, until Ctrl-C', async () => {
  const [first] = await change('web1 was started.')
  await change('web1 was\u001b[2J stopped.')
  const { code, out, err } = await follow(['-o', 'json', '--since', String(first! - 1)], 'stopped')
  expect({ code, err }).toEqual({ code: 130, err: '' })
  const lines = out
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one) as { type: string; revision: number })
  expect(lines.map((one) => one.type)).toEqual(['hello', 'change', 'change'])
  expect(lines[1]).toMatchObject({
    revision: first,
    change: { title: 'web1 was started.', author: { kind: 'outside' } },
  })
})

test('for people an event is when, who and what, and steers no terminal', async () => {
  const [first] = await change('web2 was\u001b[2J started.')
  const { out } = await follow(['--since', String(first! - 1)], 'started')
  expect(out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}outside {2}web1 {2}web2 was\\u001b\[2J started\.\n$/)
})

test('where no Floe is, following ends at once instead of waiting for one', async () => {
  const { code, err } = await floe.run(['events', '--data', `${floe.data}/none`])
  expect(code).toBe(3)
  expect(err).toContain('"floe up --data')
})

test('changes are listed newest first, fifty unless more is asked for', async () => {
  const { code, out } = await floe.local('change', 'list', '--limit', '2', '-o', 'json')
  expect(code).toBe(0)
  expect((JSON.parse(out) as { title: string }[]).map((one) => one.title)).toEqual([
    'web2 was\u001b[2J started.',
    'web1 was\u001b[2J stopped.',
  ])
  expect((await floe.local('change', 'list', '--author', 'outside', '--all')).out).toContain('WHEN')
})
