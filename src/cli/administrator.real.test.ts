import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { expect, test } from 'vitest'

import { startController } from '../../testbed/controller.ts'
import { startHost } from '../../testbed/host.ts'
import { createCommand } from '../api/create-command.ts'
import { Interrupted } from './io.ts'
import { run, type RunOptions } from './testing/run.ts'

test('an administrator lives a VM’s whole life by commands, on a real host', { timeout: 180_000 }, async () => {
  await using stack = new AsyncDisposableStack()
  const home = await mkdtemp(join(tmpdir(), 'floe-cli-'))
  stack.defer(() => rm(home, { recursive: true, force: true }))
  const host = stack.use(await startHost())
  const { data } = stack.use(await startController({ host }))
  const floe = (argv: readonly string[], options: Partial<RunOptions> = {}) =>
    run([...argv, '--data', data], { home, ...options })
  const well = async (...argv: string[]) => {
    const { code, out, err } = await floe(argv)
    expect({ argv, code, err }).toMatchObject({ argv, code: 0 })
    return out
  }
  const json = async (...argv: string[]): Promise<unknown> => JSON.parse(await well(...argv, '-o', 'json'))

  expect(await json('host', 'list')).toMatchObject([{ name: host.name, state: 'up' }])
  expect(await well('pool', 'list')).toContain('floe')
  const body = { name: 'web1', from: 'sample', memoryMiB: 256, vcpus: 1, start: true } as const
  const plan = (await json(
    'vm',
    'create',
    'web1',
    '--from',
    'sample',
    '--memory',
    '256MiB',
    '--vcpus',
    '1',
    '--start',
    '--plan',
  )) as {
    command: string
  }
  expect(plan.command).toBe(createCommand(body))

  // The stream is open before the VM is made, and tells all of it.
  const stop = new AbortController()
  const followed = floe(['events', '-o', 'json', '--since', '0'], {
    interrupt: stop.signal,
    onOut: (out) => out.includes('"vm.removed"') && stop.abort(new Interrupted()),
  })

  const made = await floe(plan.command.split(' ').slice(1))
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Create and start web1: done \(task \d+, /) as string,
  })
  expect(made.err).toContain('Create and start web1 · step')
  expect(await json('vm', 'list')).toMatchObject([
    { name: 'web1', state: 'running', host: host.name, memoryMiB: 256, vcpus: 1 },
  ])
  expect(await well('vm', 'show', 'web1')).toMatch(/^State: +running \(booted\)$/m)

  const keys = new PassThrough()
  let asked = false
  const console = await floe(['vm', 'console', 'web1'], {
    stdin: keys,
    tty: true,
    onOut: (out) => {
      if (!asked && out.includes('welcome:')) keys.write('echo $((6*7))-done\r')
      asked ||= out.includes('welcome:')
      if (/^42-done/m.test(out)) keys.write('\u001d')
    },
  })
  expect(console).toMatchObject({ code: 0, err: expect.stringContaining('Left the console of web1.') as string })

  expect(await floe(['vm', 'delete', 'web1', '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('web1 is running on') as string,
  })
  expect(await floe(['vm', 'create', 'web1', '--from', 'sample'])).toMatchObject({
    code: 1,
    err: 'There is a VM web1 already. web1-2 is free.\n',
  })
  const picture = join(home, 'web1.png')
  await well('vm', 'screenshot', 'web1', picture)
  expect((await readFile(picture)).subarray(1, 4).toString('latin1')).toBe('PNG')
  await well('vm', 'edit', 'web1', '--notes', 'The shop', '--tag', 'a', '--tag', 'b', '--protected')
  expect(await json('vm', 'show', 'web1')).toMatchObject({ notes: 'The shop', tags: ['a', 'b'], protected: true })
  await well('vm', 'poweroff', 'web1')
  expect(await floe(['vm', 'delete', 'web1', '--yes'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('protected') as string,
  })
  await well('vm', 'edit', 'web1', '--no-protected', '--no-tag')
  await well('vm', 'delete', 'web1', '--remove-disks', '--yes')
  expect(await json('vm', 'list')).toEqual([])

  const { code, out } = await followed
  expect(code).toBe(130)
  const kinds = out
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { change?: { kind: string } }).change?.kind)
  expect(kinds.filter((kind) => ['vm.started', 'vm.stopped', 'vm.removed'].includes(kind ?? ''))).toEqual([
    'vm.started',
    'vm.stopped',
    'vm.removed',
  ])
  expect(((await json('task', 'list')) as { title: string }[]).map((one) => one.title).slice(0, 2)).toEqual([
    'Delete web1',
    'Power off web1',
  ])
  expect(await well('change', 'list', '--all')).toContain('web1')
})
