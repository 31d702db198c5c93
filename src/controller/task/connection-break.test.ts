import { ConnectionLost, LibvirtError } from '@floe/libvirt'
import { expect, test } from 'vitest'

import { startController } from '../../../testbed/controller.ts'
import { hostError } from '../host/hosts.ts'
import { startFakeHost } from '../testing/fake-host.ts'
import { isConnectionBreak } from './connection-break.ts'

const about = { vm: 'web', verb: 'started' }

test('a broken connection is known behind the sentence that was made of it', () => {
  const broken = new ConnectionLost('write EPIPE', { sent: true })
  expect(isConnectionBreak(broken)).toBe(true)
  expect(isConnectionBreak(hostError(broken, 'here', about))).toBe(true)
})

test('what libvirt refuses is no broken connection', () => {
  const refused = new LibvirtError({ number: 1, domain: 10, level: 2, message: 'no', procedure: 'domainCreate' })
  expect(isConnectionBreak(hostError(refused, 'here', about))).toBe(false)
  expect(isConnectionBreak(undefined)).toBe(false)
})

test.for(['before', 'after'] as const)(
  'a host that drops the connection %s the effect of a call undoes nothing, and nothing is doubled',
  async (when) => {
    await using host = await startFakeHost()
    await using floe = await startController({ host: { name: host.name, uri: host.uri } })
    let drops = 0
    host.daemon.answer({
      domainDefineXmlFlags: ({ xml }, session) => {
        const dropped = drops++ === 0
        if (dropped && when === 'before') session.drop()
        const dom = dropped && when === 'before' ? { name: '', uuid: '', id: -1 } : host.define(xml)
        if (dropped && when === 'after') session.drop()
        return { dom }
      },
    })
    const body = { name: 'web', from: 'empty', memoryMiB: 64, disks: [{ sizeGiB: 1 }], networks: [] } as const
    const { task } = await floe.client.createVm({ body })
    expect(await floe.finish(task)).toMatchObject({ state: 'done', error: null })
    expect(drops).toBe(when === 'before' ? 2 : 1)
    expect(host.domains().map(({ name }) => name)).toEqual(['web'])
    expect(host.volumes('floe')).toHaveLength(1)
    const { log, journal } = await floe.client.getTask({ params: { task: String(task.number) } })
    expect(log.map(({ line }) => line)).toContainEqual(
      expect.stringMatching(/^The connection broke in the middle of "define it": .*It is taken up again in 0.5 s\.$/),
    )
    // It was asked neither for the sample nor for a start.
    expect(journal.map(({ name }) => name)).toEqual(['record it', 'make its disks', 'define it', 'see it defined'])
  },
)
