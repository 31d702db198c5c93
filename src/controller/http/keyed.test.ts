import { expect, test } from 'vitest'

import { TaskEngine } from '../../tasks/task-engine.ts'
import { step, task } from '../../tasks/task.ts'
import { taskBy } from '../task/task-by.ts'
import { answerTask } from '../task/task-rows.ts'
import { handler } from './handler.ts'
import { testServer } from './testing.ts'

const start = task<{ readonly vm: string; readonly chosen: number }, null>({
  name: 'vm.start',
  title: ({ vm }) => `Start ${vm}`,
  locks: ({ vm }) => [{ kind: 'vm', id: vm, cause: 'is being started' }],
  steps: [step('start', { do: async () => undefined })],
})

test('a request that is sent again begins no second task, and a key belongs to one request of one account', async () => {
  let asked = 0
  await using at = await testServer({
    handlers: (db) => {
      const engine = new TaskEngine({ db, world: null, kinds: [start], identity: 'test' })
      return [
        handler('startVm', async ({ params, by }) => {
          const { id } = await engine.begin(start, { vm: params.vm, chosen: ++asked }, taskBy(by))
          return answerTask(db.kysely, id)
        }),
      ]
    },
  })
  const admin = await at.logIn()
  const send = (vm: string, key: string, local = false) =>
    at.ask(`/api/v1/vms/${vm}/start`, {
      method: 'POST',
      headers: { ...(!local && admin.headers), 'idempotency-key': key },
      local,
    })
  const atOnce = await Promise.all(Array.from({ length: 4 }, () => send('web', 'k1')))
  expect(atOnce.map(({ status }) => status)).toEqual([202, 202, 202, 202])
  expect(new Set(atOnce.map(({ json }) => json.task.id)).size).toBe(1)
  // Its lock would refuse it now, if it were not the same request.
  const later = await send('web', 'k1')
  expect([later.json.task.id, later.headers['idempotency-replayed']]).toEqual([atOnce[0]!.json.task.id, 'true'])
  expect((await send('other', 'k1')).json).toMatchObject({ status: 409, code: 'key_reused' })
  // A refusal keeps no key, and the machine's own keys are apart from an account's.
  expect((await send('web', 'k2')).json.code).toBe('vm_locked')
  expect((await send('other', 'k2')).status).toBe(202)
  expect((await send('third', 'k1', true)).status).toBe(202)
  expect((await send('web', 'k\u00e4')).json.code).toBe('not_valid')
  expect(await at.db.kysely.selectFrom('task').select('title').orderBy('number').execute()).toEqual([
    { title: 'Start web' },
    { title: 'Start other' },
    { title: 'Start third' },
  ])
})
