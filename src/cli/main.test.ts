import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { defaultData } from './link/target.ts'
import { createProgram } from './program.ts'
import { run, type RunOptions } from './testing/run.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'floe-cli-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const floe = (argv: readonly string[], options: Partial<RunOptions> = {}) => run(argv, { home, ...options })

const io = { stdout: process.stdout, stderr: process.stderr } as unknown as Parameters<typeof createProgram>[0]
const leaves = (at: Command, path: readonly string[] = []): (readonly string[])[] =>
  at.commands.length > 0 ? at.commands.flatMap((one) => leaves(one, [...path, one.name()])) : [path]

test('every verb says in its help what it does, with an example that it would understand', async () => {
  const { command } = await createProgram(io, undefined)
  const verbs = leaves(command).filter(([first]) => first !== 'complete')
  expect(verbs.length).toBeGreaterThan(30)
  for (const verb of verbs) {
    const { code, out, err } = await floe([...verb, '--help'])
    expect({ verb, code, err }).toEqual({ verb, code: 0, err: '' })
    const examples = out.slice(out.search(/^Examples?:/m)).matchAll(/^ {2}floe (.*)$/gm)
    const lines = [...examples].map(([, line]) => line!)
    expect({ verb, lines: lines.filter((one) => one.startsWith(verb.join(' '))) }).toEqual({ verb, lines })
    expect(lines).not.toEqual([])
    const silent = [...out.matchAll(/^ {2}(-\S.*?)(?: {2,}|$)(.*)$/gm)].filter(([, , words]) => words === '')
    expect({ verb, silent }).toEqual({ verb, silent: [] })
  }
})

test('the help names every noun, the exit codes, and what the machine itself has', async () => {
  const { out } = await floe([])
  expect(out).toBe((await floe(['help'])).out)
  for (const word of ['vm', 'events', 'login', 'up, down, status', 'Exit codes', 'NO_COLOR'])
    expect(out).toContain(word)
  expect(out).not.toContain('complete ')
  expect((await floe(['help', 'vm', 'list'])).out).toContain('floe vm list --state running')
})

test('what is not understood ends with 2 and a sentence', async () => {
  const mistakes: readonly (readonly [string[], string])[] = [
    [['frob'], "Unknown command 'frob'."],
    [['vm', 'lst'], "Unknown command 'lst'. Did you mean list?"],
    [['vm', 'list', '--nope'], "Unknown option '--nope'."],
    [['vm', 'show'], "Missing required argument 'vm'."],
    [['vm', 'list', '-o', 'xml'], 'Allowed choices are table, json, yaml.'],
    [['vm', 'create', 'x', '--memory', '3'], 'A size has a unit, like 512MiB or 20GiB.'],
    [['vm', 'create', 'x', '--memory', '0.1MiB'], 'Memory is given in whole MiB.'],
    [['vm', 'create', 'x', '--vcpus', '1e3'], 'It is a whole number.'],
    [['vm', 'create', 'x', '--disk', 'a/b,device=tape'], 'device is disk or cdrom.'],
    [['vm', 'create', 'x', '--disk', '20GiB,size=3'], 'There is no size here; known are pool, format.'],
    [['user', 'create', 'anna'], "Required option '--role <which>' not specified."],
    [['vm', 'list', '--data', 'a', '--url', 'https://b'], '--data and --url name two Floes.'],
    [['login', 'http://floe.example:7070'], 'everyone on the way could read the password'],
    [['login', 'https://a:b@floe.example'], 'Leave the password out of the address'],
    [['login', 'ftp://floe.example'], 'leads to no Floe'],
  ]
  for (const [argv, sentence] of mistakes) {
    const { code, err, out } = await floe(argv)
    expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' })
    expect(err).toContain(sentence)
  }
  const bare = await floe(['vm'])
  expect(bare.code).toBe(2)
  expect(bare.err).toContain('take-over')
})

test('with no Floe and no login it says how to get one of them', async () => {
  const { code, err } = await floe(['vm', 'list'])
  expect(code).toBe(3)
  expect(err).toBe(
    `No Floe runs here (${home}/.local/state/floe/run/floe.sock is not there) and you are not logged in to another. "floe up" starts one; "floe login URL" goes to another.\n`,
  )
  const state = await floe(['vm', 'list'], { env: { XDG_STATE_HOME: '/nowhere' } })
  expect(state.err).toContain('/nowhere/floe/run/floe.sock')
  // Asked of the function alone: on this machine root's Floe may be running.
  expect(defaultData({ uid: 0, env: {}, home })).toBe('/var/lib/floe')
})

test('a copy that does not run is named, with the way to start it', async () => {
  const data = join(home, 'stopped')
  const said = {
    code: 3,
    out: '',
    err: `No Floe runs in ${data}. "floe up --data ${data}" starts it; "floe login URL" goes to another.\n`,
  }
  expect(await floe(['vm', 'list', '--data', data])).toEqual(said)
  // A socket that a killed controller left behind.
  await mkdir(join(data, 'run'), { recursive: true })
  await writeFile(join(data, 'run', 'floe.sock'), '')
  expect(await floe(['--data', data, 'vm', 'list'])).toEqual(said)
})

test('a server that is not Floe is told so', async () => {
  const other = createServer((_, response) => void response.end('hi'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as { port: number }
  const env = { FLOE_URL: `http://127.0.0.1:${port}`, FLOE_TOKEN: 't' }
  const { code, err } = await floe(['vm', 'list'], { env })
  expect(code).toBe(1)
  expect(err).toContain("with something that is not Floe's")
  await new Promise((resolve) => other.close(resolve))
  expect(await floe(['vm', 'list'], { env })).toMatchObject({
    code: 3,
    err: expect.stringContaining(`http://127.0.0.1:${port} does not answer`) as string,
  })
})

test('the program itself ends with the code', () => {
  const program = (...argv: string[]) =>
    spawnSync(process.execPath, ['--conditions=floe-source', 'src/main.ts', ...argv], {
      cwd: join(import.meta.dirname, '../..'),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: home },
    })
  expect(program('vm', 'list', '--data', join(home, 'none')).status).toBe(3)
  expect(program('vm', 'nope').status).toBe(2)
  expect(program('vm', 'create', '--help')).toMatchObject({ status: 0, stderr: '' })
})

test('an address without a login ends with 4', async () => {
  expect(await floe(['vm', 'list', '--url', 'https://floe.example:7070'])).toEqual({
    code: 4,
    out: '',
    err: 'You are not logged in to https://floe.example:7070. "floe login https://floe.example:7070" does it.\n',
  })
})
