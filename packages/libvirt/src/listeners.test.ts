import { expect, test } from 'vitest'

import { dial, type Connection, type EventOf, type LibvirtEvent, type Resync } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon, Refusal } from './testing/index.ts'

expectNoLeaks()

const dom = { name: 'vm', uuid: '00000000-0000-4000-8000-000000000001', id: 1 }
const started: LibvirtEvent = { kind: 'lifecycle', dom, event: 'started', detail: 'booted' }
const subscribed: Resync = { kind: 'resync', why: 'subscribed', missing: [] }

type Items = AsyncIterator<LibvirtEvent | Resync>
function listen(
  connection: Connection,
  kinds: LibvirtEvent['kind'][],
  capacity?: number,
): { items: Items; stop: AbortController } {
  const stop = new AbortController()
  const options = { signal: stop.signal, ...(capacity === undefined ? {} : { capacity }) }
  return { items: connection.events(kinds, options)[Symbol.asyncIterator](), stop }
}
const next = async (items: Items): Promise<unknown> => (await items.next()).value as unknown

test('the first item says that everything after it is announced', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['lifecycle', 'poolRefresh', 'networkLifecycle'])
  expect(await next(items)).toEqual(subscribed)
  daemon.emit(started)
  daemon.emit({ kind: 'pmSuspend', dom })
  daemon.emit({ kind: 'poolRefresh', pool: { name: 'p', uuid: dom.uuid } })
  expect(await next(items)).toEqual(started)
  expect(await next(items)).toMatchObject({ kind: 'poolRefresh' })
  await items.return?.()
})

test('an event in the same chunk as the reply to its registration is heard', async () => {
  await using daemon = await fakeDaemon({
    connectDomainEventCallbackRegisterAny: (_args, session) => {
      session.callbacks.set(5, 'lifecycle')
      // Reply and event leave in one write.
      session.socket.cork()
      setImmediate(() => {
        session.emit(started)
        session.socket.uncork()
      })
      return { callback: 5 }
    },
  })
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['lifecycle'])
  expect([await next(items), await next(items)]).toEqual([subscribed, started])
  await items.return?.()
})

test('events from the moment of the registration on are all heard, in order', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['balloonChange'])
  // From the moment of its registration the daemon announces, without a pause, as a busy host does.
  const flood = (async () => {
    await until(() => daemon.sessions[0]!.callbacks.size === 1)
    for (let n = 0n; n < 300n; n++) daemon.emit({ kind: 'balloonChange', dom, actualKiB: n })
  })()
  expect(await next(items)).toEqual(subscribed)
  await flood
  const seen: bigint[] = []
  while (seen.at(-1) !== 299n) seen.push(((await next(items)) as EventOf<'balloonChange'>).actualKiB)
  expect(seen).toEqual(seen.map((_, at) => seen[0]! + BigInt(at)))
  await items.return?.()
})

test('listeners of one kind share one registration, and the last one takes it back', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const first = listen(connection, ['lifecycle'])
  await next(first.items)
  const second = listen(connection, ['lifecycle'])
  await next(second.items)
  daemon.emit(started)
  expect(await Promise.all([next(first.items), next(second.items)])).toEqual([started, started])
  expect(daemon.sessions[0]!.callbacks.size).toBe(1)
  first.stop.abort()
  expect(await next(first.items)).toBeUndefined()
  expect(daemon.sessions[0]!.callbacks.size).toBe(1)
  await second.items.return?.()
  await until(() => daemon.sessions[0]!.callbacks.size === 0)
})

test('a listener that is too slow lists again instead of growing without bound', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['lifecycle'], 3)
  await next(items)
  for (let n = 0; n < 4; n++) daemon.emit(started)
  await connection.call.connectGetUri() // answered after the events, so they have arrived
  expect(await next(items)).toEqual({ kind: 'resync', why: 'overflow', missing: [] })
  daemon.emit(started)
  expect(await next(items)).toEqual(started)
  await items.return?.()
})

test('a kind that the host cannot announce is named, and the others are heard', async () => {
  await using daemon = await fakeDaemon({
    connectStoragePoolEventRegisterAny: () => {
      throw new Refusal('NO_SUPPORT', 'no storage driver')
    },
  })
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['poolLifecycle', 'lifecycle'])
  expect(await next(items)).toEqual({
    ...subscribed,
    missing: [{ kind: 'poolLifecycle', because: 'no storage driver' }],
  })
  daemon.emit(started)
  expect(await next(items)).toEqual(started)
  await items.return?.()
})

test('an event that cannot be read costs a resync and not the connection; an unknown one costs nothing', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['lifecycle'])
  await next(items)
  const [callback] = daemon.sessions[0]!.callbacks.keys()
  const message = (procedure: number): Buffer => {
    const bytes = Buffer.alloc(32)
    ;[32, 0x20008086, 1, procedure, 2, 0, 0, callback!].forEach((word, at) => bytes.writeUInt32BE(word, at * 4))
    return bytes
  }
  daemon.sessions[0]!.raw(message(9999))
  daemon.sessions[0]!.raw(message(318))
  expect(await next(items)).toEqual({ kind: 'resync', why: 'unreadable', missing: [] })
  daemon.emit(started)
  expect(await next(items)).toEqual(started)
  await items.return?.()
})

test('an abort ends the iteration even while the registration is unanswered, and the late answer is taken back', async () => {
  const gate = Promise.withResolvers<void>()
  await using daemon = await fakeDaemon({
    connectDomainEventCallbackRegisterAny: async (_args, session) => {
      await gate.promise
      session.callbacks.set(7, 'lifecycle')
      return { callback: 7 }
    },
  })
  await using connection = await dial(daemon.target)
  const { items, stop } = listen(connection, ['lifecycle'])
  const waiting = next(items)
  await until(() => daemon.heard.some(({ name }) => name === 'connectDomainEventCallbackRegisterAny'))
  stop.abort()
  expect(await waiting).toBeUndefined()
  gate.resolve()
  await until(() => daemon.heard.some(({ name }) => name === 'connectDomainEventCallbackDeregisterAny'))
  expect(daemon.sessions[0]!.callbacks.size).toBe(0)
})

test('a connection that goes ends the iteration with its reason', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  const { items } = listen(connection, ['lifecycle'])
  await next(items)
  const waiting = items.next()
  daemon.sessions[0]!.drop()
  await expect(waiting).rejects.toMatchObject({ name: 'ConnectionLost' })
  const after = listen(connection, ['lifecycle'])
  await expect(after.items.next()).rejects.toMatchObject({ name: 'ConnectionLost' })
})
