import { describe, expect, test } from 'vitest'

import { ConnectionLost, DeadlineExceeded, dial, LibvirtError, XdrError } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon, Refusal, type FakeHandlers } from './testing/index.ts'
import { stringMax } from './xdr/limits.ts'

expectNoLeaks()

const uuidOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const domain = (n: number): { name: string; uuid: string; id: number } => ({ name: `vm${n}`, uuid: uuidOf(n), id: n })
const info = { state: 'running', maxMemoryKiB: 1n, memoryKiB: 1n, vcpus: 1, cpuTimeNs: 1n } as const

/** Calls that stay unanswered until they are let go, by the domain's name. */
function hanging(): { handlers: FakeHandlers; held: string[]; release(): void } {
  const held: string[] = []
  const waiting: (() => void)[] = []
  return {
    held,
    release: () => waiting.splice(0).forEach((go) => go()),
    handlers: {
      domainGetInfo: async ({ dom }) => {
        if (!dom.name.startsWith('ok')) {
          held.push(dom.name)
          await new Promise<void>((resolve) => waiting.push(resolve))
        }
        return info
      },
    },
  }
}

describe('dialling', () => {
  test('a socket that is not there is a sentence with a remedy, and nothing was sent', async () => {
    const attempt = dial({ uri: 'test:///default', via: { unix: '/nonexistent/libvirt-sock' } })
    await expect(attempt).rejects.toThrow('there is no such socket. Is libvirtd (or virtqemud) running?')
    await expect(attempt).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
  })

  test('a daemon that wants a password is told apart from one that is broken', async () => {
    await using daemon = await fakeDaemon({ authList: () => ({ types: ['sasl'] }) })
    await expect(dial(daemon.target)).rejects.toThrow('asks for authentication by sasl')
  })

  test('a daemon that refuses the URI answers with its own error, and the socket is closed', async () => {
    await using daemon = await fakeDaemon({
      connectOpen: () => {
        throw new Refusal('NO_CONNECT', 'no connection driver available')
      },
    })
    await expect(dial(daemon.target)).rejects.toMatchObject({ code: 'NO_CONNECT', procedure: 'connectOpen' })
    await until(() => daemon.sessions.length === 0)
  })

  test('a daemon that accepts and then says nothing ends at the deadline', async () => {
    await using daemon = await fakeDaemon({ authList: () => new Promise(() => {}) })
    await expect(dial(daemon.target, { deadlineMs: 50 })).rejects.toBeInstanceOf(DeadlineExceeded)
    await until(() => daemon.sessions.length === 0)
  })

  test('a signal ends the dialling', async () => {
    await using daemon = await fakeDaemon({ authList: () => new Promise(() => {}) })
    const stop = new AbortController()
    const attempt = dial(daemon.target, { signal: stop.signal })
    stop.abort(new Error('not needed any more'))
    await expect(attempt).rejects.toThrow('not needed any more')
  })

  test('a peer that does not speak libvirt is said so', async () => {
    await using daemon = await fakeDaemon({
      authList: (_args, session) => {
        session.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))
        return { types: ['none'] }
      },
    })
    await expect(dial(daemon.target)).rejects.toThrow("does not speak libvirt's protocol")
  })
})

describe('calls', () => {
  test('an error of libvirt keeps its code, number, domain and procedure', async () => {
    await using daemon = await fakeDaemon({
      domainLookupByName: () => {
        throw new Refusal('NO_DOMAIN', 'Domain not found')
      },
    })
    await using connection = await dial(daemon.target)
    const error = await connection.call.domainLookupByName({ name: 'x' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LibvirtError)
    expect(error).toMatchObject({ code: 'NO_DOMAIN', number: 42, domain: 'QEMU', procedure: 'domainLookupByName' })
  })

  test('what libvirt cannot carry is refused here, and the connection stays', async () => {
    await using daemon = await fakeDaemon({ domainDefineXmlFlags: () => ({ dom: domain(1) }) })
    await using connection = await dial(daemon.target)
    await expect(connection.call.domainDefineXmlFlags({ xml: 'x'.repeat(stringMax + 1) })).rejects.toBeInstanceOf(
      XdrError,
    )
    await expect(connection.call.domainLookupByName({ name: 'a\0b' })).rejects.toThrow('NUL')
    await expect(connection.call.domainDefineXmlFlags({ xml: '<domain/>' })).resolves.toEqual({ dom: domain(1) })
    expect(connection.load).toEqual({ underWay: 0, waiting: 0, overdue: 0 })
  })

  test('a call that the daemon does not know is an error, and the connection stays', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target)
    await expect(connection.call.nodeGetInfo()).rejects.toMatchObject({ code: 'NO_SUPPORT' })
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  })

  test('calls under way end with the connection; whether they took effect is not known', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon(hang.handlers)
    await using connection = await dial(daemon.target)
    const call = connection.call.domainGetInfo({ dom: domain(1) })
    await until(() => hang.held.length === 1)
    daemon.sessions[0]!.drop()
    await expect(call).rejects.toMatchObject({ name: 'ConnectionLost', sent: true })
    await expect(connection.closed).resolves.toBeInstanceOf(ConnectionLost)
    await expect(connection.call.connectGetUri()).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
  })

  test('close() ends what is under way and leaves no reason', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon(hang.handlers)
    const connection = await dial(daemon.target)
    const call = connection.call.domainGetInfo({ dom: domain(1) })
    const [outcome] = await Promise.all([Promise.allSettled([call]), connection.close()])
    expect(String((outcome[0] as PromiseRejectedResult).reason)).toContain('closed by this side')
    await expect(connection.closed).resolves.toBeUndefined()
  })

  test('an answer that does not fit its layout is an error of that call alone', async () => {
    await using daemon = await fakeDaemon({ connectGetHostname: () => ({ hostname: 'a' }) })
    await using connection = await dial(daemon.target)
    // A reply with four bytes too many: program, version, procedure 59, reply, serial 4 (after the handshake), OK.
    daemon.answer({
      connectGetHostname: (_args, session) => {
        const words = [36, 0x20008086, 1, 59, 1, 4, 0, 0, 7]
        const bytes = Buffer.alloc(36)
        words.forEach((word, at) => bytes.writeUInt32BE(word, at * 4))
        session.raw(bytes)
        return new Promise(() => {})
      },
    })
    await expect(connection.call.connectGetHostname()).rejects.toBeInstanceOf(XdrError)
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  })
})

describe('the window', () => {
  test("never holds more calls than the daemon's limit, so that it goes on reading", async () => {
    let most = 0
    await using daemon = await fakeDaemon({
      connectGetHostname: async (_args, session) => {
        most = Math.max(most, session.underWay)
        await new Promise((resolve) => setImmediate(resolve))
        return { hostname: 'a' }
      },
    })
    await using connection = await dial(daemon.target)
    await Promise.all(Array.from({ length: 100 }, () => connection.call.connectGetHostname()))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThan(5)
  })

  test('two calls a domain at most: a domain that hangs leaves room for the others, and pings are answered', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon(hang.handlers)
    await using connection = await dial(daemon.target)
    const stuck = Array.from({ length: 12 }, () => connection.call.domainGetInfo({ dom: domain(1) }))
    await until(() => hang.held.length === 2)
    await expect(connection.call.domainGetInfo({ dom: { ...domain(2), name: 'ok' } })).resolves.toEqual(info)
    daemon.sessions[0]!.ping()
    await until(() => daemon.sessions[0]!.pongs === 1)
    expect(hang.held).toHaveLength(2)
    const release = setInterval(() => hang.release(), 1)
    await expect(Promise.all(stuck)).resolves.toHaveLength(12)
    clearInterval(release)
  })

  test('with every ordinary place taken the way out, destroying, is still open', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon({ ...hang.handlers, domainDestroyFlags: () => ({}) })
    await using connection = await dial(daemon.target)
    const stuck = [1, 1, 2, 2, 3].map((n) => connection.call.domainGetInfo({ dom: domain(n) }))
    await until(() => hang.held.length === 3)
    await expect(connection.call.domainDestroyFlags({ dom: domain(1) })).resolves.toEqual({})
    const release = setInterval(() => hang.release(), 1)
    await Promise.all(stuck)
    clearInterval(release)
  })

  test('a deadline only stops the waiting: the place stays taken, and the domain gets no further one', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon(hang.handlers)
    await using connection = await dial(daemon.target)
    const late = connection.call.domainGetInfo({ dom: domain(1) }, { deadlineMs: 30 })
    await expect(late).rejects.toMatchObject({ name: 'DeadlineExceeded', sent: true, procedure: 'domainGetInfo' })
    expect(connection.load).toEqual({ underWay: 1, waiting: 0, overdue: 1 })
    const next = connection.call.domainGetInfo({ dom: domain(1) }, { deadlineMs: 30 })
    await expect(next).rejects.toThrow('was not sent: an earlier call to the same domain is unanswered')
    await expect(next).rejects.toMatchObject({ sent: false })
    expect(hang.held).toEqual(['vm1'])

    const patient = connection.call.domainGetInfo({ dom: domain(1) })
    hang.release()
    await until(() => hang.held.length === 2)
    hang.release()
    await expect(patient).resolves.toEqual(info)
    expect(connection.load).toEqual({ underWay: 0, waiting: 0, overdue: 0 })
  })

  test('a signal stops the waiting at once, before and after the call has left', async () => {
    const hang = hanging()
    await using daemon = await fakeDaemon(hang.handlers)
    await using connection = await dial(daemon.target)
    const stop = new AbortController()
    const { signal } = stop
    const calls = [1, 2, 3].map(() => connection.call.domainGetInfo({ dom: domain(1) }, { signal }))
    const outcomes = Promise.allSettled(calls)
    await until(() => hang.held.length === 2)
    stop.abort(new Error('enough'))
    expect((await outcomes).map((each) => each.status === 'rejected' && String(each.reason))).toEqual(
      Array(3).fill('Error: enough'),
    )
    await expect(connection.call.connectGetUri({}, { signal })).rejects.toThrow('enough')
    expect(connection.load).toEqual({ underWay: 2, waiting: 0, overdue: 2 })
    hang.release()
    await until(() => connection.load.underWay === 0)
    expect(hang.held).toHaveLength(2)
  })
})

describe('keepalive', () => {
  test('a host that hangs is noticed by its silence', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target, { keepalive: { intervalMs: 10, count: 2 } })
    daemon.sessions[0]!.answersPings = false
    const why = await connection.closed
    expect(why?.message).toContain('2 keepalive pings, 10 ms apart, were not answered')
  })

  test('a host that answers stays, and a host without keepalive is not pinged', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target, { keepalive: { intervalMs: 5, count: 1 } })
    await until(() => (daemon.sessions[0]?.pings ?? 0) >= 5)
    await expect(connection.call.connectGetUri()).resolves.toBeDefined()
    daemon.answer({ connectSupportsFeature: () => ({ supported: false }) })
    await using plain = await dial(daemon.target, { keepalive: { intervalMs: 5, count: 1 } })
    const before = daemon.sessions[0]!.pings
    await until(() => daemon.sessions[0]!.pings > before + 3)
    expect(daemon.sessions[1]!.pings).toBe(0)
    await expect(plain.call.connectGetUri()).resolves.toBeDefined()
  })
})
