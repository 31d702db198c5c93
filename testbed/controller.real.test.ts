import { expect, test } from 'vitest'

import { startController } from './controller.ts'
import { startHost } from './host.ts'

test('a controller is killed and started again, and finds the VM it had started', async () => {
  await using host = await startHost()
  await using floe = await startController({ host })
  const { task } = await floe.client.createVm({ body: { name: 'welcome', from: 'sample', start: true } })
  expect(await floe.finish(task)).toMatchObject({ state: 'done', error: null })
  expect(host.qemuPid('welcome')).toBeDefined()

  await floe.kill()
  await floe.start()
  const { items } = await floe.client.listVms()
  expect(items.map(({ name, ours }) => ({ name, ours }))).toEqual([{ name: 'welcome', ours: true }])
  expect(await floe.stop()).toBe(0)
})
