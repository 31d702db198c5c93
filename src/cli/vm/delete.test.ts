import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { VmDetail } from '../../api/resources/vm.ts'
import { handler } from '../../controller/http/handler.ts'
import { testFloe, type TestFloe } from '../testing/floe.ts'
import { sampleTask, sampleVm } from '../testing/samples.ts'

let deleted: unknown
const disk = { target: 'vda', device: 'disk', bus: 'virtio', format: 'qcow2', capacityBytes: 1, pool: 'floe' }

const cdrom = { ...disk, device: 'cdrom', volume: 'debian.iso', source: '/images/debian.iso' }

/** As much of a VM as the question is made of. */
const detail = (name: string) =>
  ({
    ...sampleVm(1, { name }),
    disks:
      name === 'bare'
        ? []
        : [
            { ...disk, volume: 'web1.qcow2', source: '/images/web1.qcow2' },
            ...(name === 'two' ? [{ ...disk, volume: 'shared.img', source: '/images/shared.img' }] : []),
            cdrom,
          ],
    removable: name === 'bare' ? [] : [{ pool: 'floe', volume: 'web1.qcow2', capacityBytes: 1 }],
  }) as unknown as VmDetail

let floe: TestFloe
beforeAll(async () => {
  floe = await testFloe({
    handlers: [
      handler('getVm', ({ params }) => Promise.resolve(detail(params.vm))),
      handler('deleteVm', ({ query }) => {
        deleted = query
        return Promise.resolve({ task: sampleTask(7) })
      }),
    ],
    server: { checkAnswers: false },
  })
})
afterAll(() => floe[Symbol.asyncDispose]())
beforeEach(() => {
  deleted = undefined
})

const atTerminal = (argv: readonly string[], question: string, answer: string) =>
  floe.run([...argv, '--no-wait', '--data', floe.data], { tty: true, typed: [[question, `${answer}\n`]] })

test('a delete without a terminal and without --yes is refused, disks or not', async () => {
  for (const more of [[], ['--remove-disks']]) {
    expect(await floe.local('vm', 'delete', 'web1', ...more)).toEqual({
      code: 2,
      out: '',
      err: 'Deleting web1 cannot be undone. Add --yes to do it without being asked.\n',
    })
  }
  expect(deleted).toBeUndefined()
  expect((await floe.local('vm', 'delete', 'web1', '--remove-disks', '--yes', '--no-wait')).code).toBe(0)
  expect(deleted).toEqual({ disks: 'remove' })
})

test('on a terminal it asks, and names the disks and what becomes of them', async () => {
  const kept = await atTerminal(['vm', 'delete', 'web1'], 'Its disk floe/web1.qcow2 will stay. [y/N]', 'n')
  expect(kept).toMatchObject({ code: 1, err: expect.stringContaining('web1 is left as it is.') as string })
  expect(deleted).toBeUndefined()
  const gone = await atTerminal(
    ['vm', 'delete', 'web1', '--remove-disks'],
    'Delete web1 and its disk floe/web1.qcow2 for ever? [y/N]',
    'y',
  )
  expect(gone.code).toBe(0)
  expect(deleted).toEqual({ disks: 'remove' })
})

test('of two disks of which one is another VM’s too, it says which goes and which stays', async () => {
  const question = 'Delete two and its disk floe/web1.qcow2 for ever? Its disk floe/shared.img will stay. [y/N]'
  expect((await atTerminal(['vm', 'delete', 'two', '--remove-disks'], question, 'n')).code).toBe(1)
})

test('of a VM without disks none are spoken of', async () => {
  const { code, err } = await atTerminal(['vm', 'delete', 'bare', '--remove-disks'], 'Delete bare? [y/N]', 'y')
  expect(code).toBe(0)
  expect(err).not.toContain('disk')
})
