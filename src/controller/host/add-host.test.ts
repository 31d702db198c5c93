import { ApiProblem } from '@floe/client'
import { expect, test } from 'vitest'

import { startController } from '../../../testbed/controller.ts'
import { startFakeHost } from '../testing/fake-host.ts'

test('of two adds of one address or one name at once, one is a task and the other a refusal that names it', async () => {
  await using host = await startFakeHost()
  await using second = await startFakeHost()
  await using floe = await startController()
  const add = (name: string, uri: string) =>
    floe.client.addHost({ body: { name, uri } }).catch((error: unknown) => error)
  const round = async (...asked: Promise<unknown>[]) => {
    const answers = await Promise.all(asked)
    const refused = answers.filter((one) => one instanceof ApiProblem)
    const begun = answers.filter((one) => !(one instanceof ApiProblem)) as { task: { number: number } }[]
    expect(begun).toHaveLength(1)
    expect(refused.length).toBe(asked.length - 1)
    for (const one of refused) {
      expect(one).toMatchObject({ status: 409 })
      expect(one.code).toMatch(/^(object_locked|host_taken|host_name_taken)$/)
      expect(one.title).toMatch(/is being (added|given to another host) \(task \d+: Add host .+\)|is here already/)
    }
    expect(await floe.finish(begun[0]!.task)).toMatchObject({ state: 'done', error: null })
  }
  await round(add('a', host.uri), add('b', host.uri), add('c', host.uri))
  await round(add('same', second.uri), add('same', `${second.uri}&x=1`))
  expect((await floe.client.listHosts({})).items).toHaveLength(2)
})
