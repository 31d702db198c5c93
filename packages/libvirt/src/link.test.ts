import { expect, test } from 'vitest'

import { keepConnected, type Link, type LinkState } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon } from './testing/index.ts'

expectNoLeaks()

const dom = { name: 'vm', uuid: '00000000-0000-4000-8000-000000000001', id: 1 }
const started = { kind: 'lifecycle', dom, event: 'started', detail: 'booted' } as const
const quick = { backoff: { firstMs: 2, maxMs: 20 } }

function states(link: Link): LinkState['state'][] {
  const seen: LinkState['state'][] = []
  link.onState(({ state }) => seen.push(state))
  return seen
}

test('a link comes back after its daemon was away, and the listener lists again', async () => {
  await using daemon = await fakeDaemon()
  await using link = keepConnected(daemon.target, quick)
  const seen = states(link)
  await link.up()
  const stop = new AbortController()
  const items = link.events(['lifecycle'], { signal: stop.signal })[Symbol.asyncIterator]()
  expect((await items.next()).value).toMatchObject({ kind: 'resync', why: 'subscribed' })
  daemon.emit(started)
  expect((await items.next()).value).toEqual(started)

  const after = items.next()
  await daemon.down()
  await until(() => link.state.state === 'down')
  const refused = link.call.connectGetUri()
  await expect(refused).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
  await daemon.listen()
  expect((await after).value).toMatchObject({ kind: 'resync', why: 'reconnected' })
  daemon.emit(started)
  expect((await items.next()).value).toEqual(started)
  expect(seen.slice(0, 3)).toEqual(['up', 'down', 'connecting'])
  expect(seen.at(-1)).toBe('up')
  await expect(link.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })

  stop.abort()
  expect(await items.next()).toMatchObject({ done: true })
})

test('the pauses grow to the limit and are jittered by half either way', async () => {
  const pauses: number[] = []
  const target = { uri: 'test:///default', via: { unix: '/nonexistent/sock' } }
  const randoms = [0, 0.999, 0.5, 0.5, 0.5, 0.5]
  let turn = 0
  await using link = keepConnected(target, {
    backoff: { firstMs: 4, maxMs: 16 },
    random: () => randoms[turn++ % randoms.length]!,
  })
  link.onState((state) => {
    if (state.state === 'down' && state.retryAt) pauses.push(state.retryAt.getTime() - state.since.getTime())
  })
  await until(() => pauses.length >= 5)
  const expected = [2, 12, 16, 16, 16]
  expect(pauses.slice(0, 5).every((ms, at) => Math.abs(ms - expected[at]!) <= 2)).toBe(true)
  expect(link.state).toMatchObject({ why: expect.stringContaining('no such socket') as string })
})

test('closing a link ends its events, its waiters and its connection', async () => {
  await using daemon = await fakeDaemon()
  const link = keepConnected(daemon.target, quick)
  const items = link.events(['lifecycle'], { signal: new AbortController().signal })[Symbol.asyncIterator]()
  await items.next()
  const end = items.next()
  await link.close()
  expect(await end).toMatchObject({ done: true })
  await expect(link.up()).rejects.toThrow('is closed')
  await until(() => daemon.sessions.length === 0)
  expect(link.state).toMatchObject({ state: 'down', why: 'the link was closed' })
})

test('waiting for the link ends with the signal, and with the connection', async () => {
  await using daemon = await fakeDaemon()
  await daemon.down()
  await using link = keepConnected(daemon.target, quick)
  const stop = new AbortController()
  const waiting = link.up(stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await daemon.listen()
  expect(await link.up(new AbortController().signal)).toBe(link.connection())
})

test('when hanging guests hold every place, another connection takes over and does not feed them again', async () => {
  const release = Promise.withResolvers<void>()
  const asked: string[] = []
  const info = { state: 'running', maxMemoryKiB: 1n, memoryKiB: 1n, vcpus: 1, cpuTimeNs: 1n } as const
  await using daemon = await fakeDaemon({
    domainGetInfo: async ({ dom: { name } }) => {
      asked.push(name)
      if (name !== 'fine') await release.promise
      return info
    },
  })
  await using link = keepConnected(daemon.target, quick)
  await link.up()
  const items = link.events(['lifecycle'], { signal: new AbortController().signal })[Symbol.asyncIterator]()
  await items.next()
  const hung = [1, 2, 3].map((n) => ({ name: `hung-${n}`, uuid: dom.uuid.replace(/.$/, String(n + 3)), id: n }))
  const late = hung.map((each) => link.call.domainGetInfo({ dom: each }, { deadlineMs: 30 }))
  const patient = link.call.domainGetInfo({ dom: { ...dom, name: 'fine' } })
  for (const outcome of await Promise.allSettled(late))
    expect(outcome).toMatchObject({ reason: { name: 'DeadlineExceeded', sent: true } })
  await expect(patient).resolves.toEqual(info)
  expect((await items.next()).value).toMatchObject({ kind: 'resync', why: 'reconnected' })
  expect(daemon.sessions).toHaveLength(2)
  const again = link.call.domainGetInfo({ dom: hung[0]! }, { deadlineMs: 30 })
  await expect(again).rejects.toMatchObject({ name: 'DeadlineExceeded', sent: false })
  const waiting = link.call.domainGetInfo({ dom: hung[0]! })
  expect(asked).toHaveLength(4)
  release.resolve()
  await expect(waiting).resolves.toEqual(info)
  await until(() => daemon.sessions.length === 1)
})

test('a second connection for bytes is its own', async () => {
  await using daemon = await fakeDaemon()
  await using link = keepConnected(daemon.target, quick)
  await link.up()
  await using own = await link.dialAgain()
  expect(daemon.sessions).toHaveLength(2)
  expect(own).not.toBe(link.connection())
})
