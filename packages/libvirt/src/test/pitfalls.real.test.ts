import { expect, test } from 'vitest'

import { dial, features, paramRecord } from '../index.ts'
import { privateLibvirtd } from '../testing/index.ts'
import { expectNoLeaks, until } from './leaks.ts'
import { qemuOf } from './qemu-host.ts'
import { testQemu } from './test-qemu.ts'

expectNoLeaks()

const at = testQemu({ keepalive: { intervalMs: 1000, count: 2 } })

test('the tuning of a disk comes with the name of its group, which is a string', async () => {
  const dom = await at.guest('tuned')
  const { xml } = await at.connection.call.domainGetXmlDesc({ dom })
  const disk = /<target dev='(\w+)'/.exec(xml)![1]!
  const params = [
    { name: 'total_iops_sec', type: 'ullong', value: 1000n },
    { name: 'group_name', type: 'string', value: 'limits' },
  ] as const
  await at.connection.call.domainSetBlockIoTune({ dom, disk, params, flags: 1 })
  const { count } = await at.connection.call.domainGetBlockIoTune({ dom, disk, count: 0, flags: 1 })
  const read = await at.connection.call.domainGetBlockIoTune({ dom, disk, count, flags: 1 })
  expect(paramRecord(read.params)).toMatchObject({ group_name: 'limits', total_iops_sec: 1000n })
  expect(read.params).toHaveLength(count)
  const wrong = [{ name: 'total_iops_sec', type: 'uint', value: 1000 }] as const
  const attempt = at.connection.call.domainSetBlockIoTune({ dom, disk, params: wrong, flags: 1 })
  await expect(attempt).rejects.toMatchObject({ code: 'INVALID_ARG' })
  await at.connection.call.domainDestroyFlags({ dom })
})

test('twelve calls to a stopped guest, pings every second: the connection stays and others are answered', async () => {
  const [stopped, fine] = [await at.guest('stopped'), await at.guest('fine')]
  const pid = qemuOf(at.host, 'stopped')
  process.kill(pid, 'SIGSTOP')
  const answers = Array.from({ length: 12 }, () =>
    at.connection.call.domainSendKey({ dom: stopped, keys: [30] }, { deadlineMs: 60_000 }),
  )
  let lost: unknown
  void at.connection.closed.then((why) => (lost = why))
  // A client that floods the daemon is dropped here after 3 s: one that does not is still asked after 5.
  for (const end = Date.now() + 5000; Date.now() < end;)
    await expect(at.connection.call.domainGetState({ dom: fine })).resolves.toMatchObject({ state: 'running' })
  process.kill(pid, 'SIGCONT')
  for (const answer of await Promise.allSettled(answers)) expect(answer.status).toBe('fulfilled')
  expect(lost).toBeUndefined()
  await at.connection.call.domainDestroyFlags({ dom: stopped })
  await at.connection.call.domainDestroyFlags({ dom: fine })
  await until(() => at.connection.load.underWay === 0)
})

test('a host with QEMU has migration with typed parameters', async () => {
  const { migrationParams } = features
  await expect(at.connection.call.connectSupportsFeature({ feature: migrationParams })).resolves.toEqual({
    supported: true,
  })
})

test('XML that is longer than the daemon can answer about is refused here, and the connection stays', async () => {
  await using daemon = await privateLibvirtd()
  await using other = await dial(daemon.target)
  // One huge word: the daemon's own error would repeat it, and it drops the connection over that.
  const attempt = other.call.domainDefineXmlFlags({ xml: `<${'x'.repeat(4 * 1024 * 1024)}/>` })
  await expect(attempt).rejects.toMatchObject({ name: 'XdrError' })
  await expect(other.call.connectGetUri()).resolves.toBeDefined()
})
