import { spawnSync } from 'node:child_process'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { handler } from '../../controller/http/handler.ts'
import { testFloe, type TestFloe } from '../testing/floe.ts'
import { sampleVm } from '../testing/samples.ts'

let floe: TestFloe
beforeAll(async () => {
  const items = ['web1', 'web2', 'mail'].map((name, i) => sampleVm(i, { name }))
  const listVms = handler('listVms', () => Promise.resolve({ items, total: 3, next: null, revision: 1 }))
  floe = await testFloe({ handlers: [listVms] })
})
afterAll(() => floe[Symbol.asyncDispose]())

async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await floe.run(['complete', '--', '--data', floe.data, ...words])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t')[0]!)
}

test('nouns, verbs, options and their values are completed', async () => {
  expect(await complete('v')).toEqual(['vm', 'volume'])
  expect(await complete('vm', 'sh')).toEqual(['show', 'shutdown'])
  expect(await complete('vm', 'list', '--so')).toEqual(['--sort'])
  expect(await complete('vm', 'list', '--sort', '-m')).toEqual(['-memory'])
  expect(await complete('vm', 'create', 'x', '--from', '')).toEqual(['sample', 'iso', 'disk', 'empty'])
  expect(await complete('completion', 'z')).toEqual(['zsh'])
  expect(await complete('login', 'https://a', '--ca', '')).toEqual([':files'])
  expect(await complete('vm', 'create', '')).toEqual([])
})

test('names of VMs are completed from the Floe that is meant, which may be elsewhere on the line', async () => {
  expect(await complete('vm', 'start', 'w')).toEqual(['web1', 'web2'])
  expect(await complete('change', 'list', '--vm', '')).toEqual(['web1', 'web2', 'mail'])
})

test('without a Floe there are no names, and no noise', async () => {
  const { code, out, err } = await floe.run(['complete', '--', 'vm', 'start', ''])
  expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' })
})

test('bash offers what the command line answers, and understands what was typed with quotes or backslashes', async () => {
  const { out: script } = await floe.run(['completion', 'bash'])
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-s'], {
    input: `${script}
floe() { printf '<%s>' "$3" "$4" "$5"; printf '\\nmy vm\\tA VM.\\n'; }
try() { COMP_WORDS=(floe vm start "$1"); COMP_CWORD=3; _floe; printf '[%s]' "\${COMPREPLY[@]}"; echo; }
try 'my\\ v'; try '"my v'; try "'my v"
`,
  })
  expect(stderr.toString('utf8')).toBe('')
  expect(stdout.toString('utf8').split('\n')).toEqual([
    String.raw`[\<vm\>\<start\>\<my\ v\>][my\ vm]`,
    '[<vm><start><my v>][my vm]',
    '[<vm><start><my v>][my vm]',
    '',
  ])
})

test('every shell has its script; another is refused', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    expect((await floe.run(['completion', shell])).out).toContain('complete --')
  }
  expect((await floe.run(['completion', 'tcsh'])).code).toBe(2)
})
