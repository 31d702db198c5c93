import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { parse } from '../../xml/src/index.ts'
import { encodeFrame, messageStatus, messageType } from './framing.ts'
import { dial, keepConnected, type Connection, type Target } from './index.ts'
import { keepaliveFrame, keepaliveProcedure } from './keepalive.ts'
import { remoteProgram, remoteVersion } from './table/calls.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon, type FakeDaemon } from './testing/index.ts'
import { messageMax } from './xdr/limits.ts'

expectNoLeaks()

let dir: string
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'floe-hostile-'))))
afterAll(() => rm(dir, { recursive: true }))

/** A peer that does whatever it likes with those who connect. */
async function peer(greet: (socket: Socket) => void): Promise<AsyncDisposable & { readonly target: Target }> {
  const path = join(dir, `${Math.random()}`.slice(2))
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    greet(socket)
  }).listen(path)
  await once(server, 'listening')
  return {
    target: { uri: 'qemu:///system', via: { unix: path } },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A reply as it stands on the wire, to the call of that serial, with any bytes as its body. */
function reply(serial: number, body: Buffer, type: number = messageType.reply): Buffer {
  const header = {
    program: remoteProgram,
    version: remoteVersion,
    procedure: 66,
    type,
    serial,
    status: messageStatus.ok,
  }
  const frame = Buffer.concat([encodeFrame(header), body])
  frame.writeUInt32BE(frame.length, 0)
  return frame
}
const word = (...words: number[]): Buffer => {
  const bytes = Buffer.alloc(words.length * 4)
  words.forEach((each, at) => bytes.writeUInt32BE(each, at * 4))
  return bytes
}
const heapMiB = (): number => process.memoryUsage().rss / 2 ** 20

describe('a peer that lies about lengths', () => {
  test.each([0, 27, messageMax + 1, 0x7fff_ffff, 0xffff_ffff])(
    'a message of %i bytes ends the connection at once and takes no memory',
    async (length) => {
      const before = heapMiB()
      await using liar = await peer((socket) => void socket.write(word(length, 0, 0)))
      await expect(dial(liar.target)).rejects.toMatchObject({
        name: 'ConnectionLost',
        message: expect.stringContaining("does not speak libvirt's protocol") as string,
      })
      expect(heapMiB() - before).toBeLessThan(200)
    },
  )

  test('a list or a string of 4 GB in an answer costs that call alone', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target)
    for (const body of [word(0xffff_ffff), word(0xffff_fff0, 1, 2), word(1)]) {
      daemon.answer({
        connectGetUri: (_, session) => {
          session.raw(reply(serialOf(daemon), body))
          return new Promise(() => {})
        },
      })
      await expect(connection.call.connectGetUri()).rejects.toMatchObject({ name: 'XdrError' })
    }
    daemon.answer({ connectGetHostname: () => ({ hostname: 'here' }) })
    await expect(connection.call.connectGetHostname()).resolves.toEqual({ hostname: 'here' })
  })
})

/** This client counts its calls from 1, and a daemon hears all of them. */
const serialOf = (daemon: FakeDaemon): number => daemon.heard.length

describe('a peer that never comes to an end', () => {
  test('an endless trickle of a long message is silence, and ends the connection', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target, { keepalive: { intervalMs: 20, count: 2 } })
    const [session] = daemon.sessions
    session!.answersPings = false
    session!.raw(word(messageMax))
    const trickle = setInterval(() => session!.raw(Buffer.alloc(1)), 2)
    const why = await connection.closed
    clearInterval(trickle)
    expect(why?.message).toContain('keepalive pings')
  })

  test('a long message that comes slowly, and comes, is no silence', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target, { keepalive: { intervalMs: 20, count: 2 } })
    const [session] = daemon.sessions
    session!.answersPings = false
    const text = Buffer.alloc(400_000, 'x')
    daemon.answer({ connectGetUri: () => new Promise(() => {}) })
    const answer = connection.call.connectGetUri()
    await until(() => daemon.heard.at(-1)?.name === 'connectGetUri')
    const whole = reply(serialOf(daemon), Buffer.concat([word(text.length), text]))
    let at = 0
    const slow = setInterval(() => session!.raw(whole.subarray(at, (at += 4000))), 2)
    const { uri } = await answer
    clearInterval(slow)
    expect(uri).toHaveLength(text.length)
  })

  test('a handshake that trickles ends at its deadline', async () => {
    await using slow = await peer((socket) => {
      socket.write(word(messageMax))
      const timer = setInterval(() => socket.write(Buffer.alloc(1)), 5)
      socket.on('close', () => clearInterval(timer))
    })
    await expect(dial(slow.target, { deadlineMs: 100 })).rejects.toMatchObject({ name: 'DeadlineExceeded' })
  })

  test('pings without end from a peer that reads no answer are not answered without end', async () => {
    const ping = Buffer.concat(Array.from({ length: 10_000 }, () => keepaliveFrame(keepaliveProcedure.ping)))
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target, { keepalive: false })
    const [session] = daemon.sessions
    session!.socket.pause()
    const before = heapMiB()
    for (let round = 0; round < 100; round++) {
      if (!session!.socket.write(ping)) await once(session!.socket, 'drain')
    }
    // A million answers would take 28 MB of bytes and ten times that of objects.
    expect(heapMiB() - before).toBeLessThan(150)
    session!.socket.resume()
    await expect(connection.call.connectGetUri()).resolves.toBeDefined()
    expect(session!.pongs).toBeLessThan(1_000_000)
  })
})

describe('a peer that answers what was not asked', () => {
  test('an answer to a call that was not made ends the connection with a reason', async () => {
    for (const serial of [0, 4711, 0xffff_ffff]) {
      await using daemon = await fakeDaemon()
      await using connection = await dial(daemon.target)
      daemon.sessions[0]!.raw(reply(serial, Buffer.alloc(0)))
      const why = await connection.closed
      expect(why?.message).toContain(`reply to call ${serial}, which was not made`)
    }
  })

  test('the second answer to one call does, too', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target)
    await connection.call.connectGetUri()
    daemon.sessions[0]!.raw(reply(serialOf(daemon), Buffer.alloc(0)))
    expect((await connection.closed)?.message).toContain('which was not made')
  })

  test('packets of streams and events that nobody opened cost nothing', async () => {
    await using daemon = await fakeDaemon()
    await using connection = await dial(daemon.target)
    const [session] = daemon.sessions
    for (let serial = 0; serial < 1000; serial++) {
      session!.raw(reply(serial, Buffer.alloc(100), messageType.stream))
      session!.raw(reply(0, Buffer.alloc(100), messageType.message))
    }
    await expect(connection.call.connectGetUri()).resolves.toBeDefined()
  })

  test('deep XML is handed over as text, and reading it is refused', async () => {
    await using daemon = await fakeDaemon({ connectGetCapabilities: () => ({ xml: '<a>'.repeat(1_000_000) }) })
    await using connection = await dial(daemon.target)
    const { xml } = await connection.call.connectGetCapabilities()
    expect(() => parse(xml)).toThrow('more than 256 deep')
  })
})

describe('a peer that comes and goes', () => {
  test('one that accepts everybody and drops them at once is asked ever more rarely', async () => {
    let asked = 0
    await using flapping = await peer((socket) => {
      asked++
      socket.destroy()
    })
    await using link = keepConnected(flapping.target, { backoff: { firstMs: 4, maxMs: 10_000 }, random: () => 0.5 })
    const pauses: number[] = []
    link.onState((state) => {
      if (state.state === 'down' && state.retryAt) pauses.push(state.retryAt.getTime() - state.since.getTime())
    })
    await until(() => pauses.length >= 7)
    const grown = pauses.slice(0, 7).every((ms, at) => Math.abs(ms - 4 * 2 ** at) <= 2)
    expect([grown, asked]).toEqual([true, 7])
  })

  test('one that lets a connection come up and then drops it is not asked more often for that', async () => {
    await using daemon = await fakeDaemon()
    await using link = keepConnected(daemon.target, { backoff: { firstMs: 4, maxMs: 10_000 }, random: () => 0.5 })
    const pauses: number[] = []
    link.onState((state) => {
      if (state.state === 'up') daemon.sessions.at(-1)!.drop()
      else if (state.state === 'down' && state.retryAt) pauses.push(state.retryAt.getTime() - state.since.getTime())
    })
    await until(() => pauses.length >= 6)
    expect(pauses.slice(0, 6).every((ms, at) => Math.abs(ms - 4 * 2 ** at) <= 2)).toBe(true)
  })
})

test('a host that hangs costs the others nothing: while its calls wait, theirs are answered', async () => {
  await using hung = await fakeDaemon({ connectGetUri: () => new Promise(() => {}) })
  await using others = new AsyncDisposableStack()
  const connections: Connection[] = []
  for (let n = 0; n < 5; n++) {
    const daemon = others.use(await fakeDaemon())
    connections.push(others.use(await dial(daemon.target)))
  }
  await using hanging = await dial(hung.target)
  const stop = new AbortController()
  const answers: string[] = []
  const late = Array.from({ length: 20 }, () =>
    hanging.call.connectGetUri({}, { signal: stop.signal }).catch(() => answers.push('hung')),
  )
  for (let round = 0; round < 100; round++) {
    await Promise.all(connections.map(({ call }) => call.connectGetUri()))
    answers.push('round')
  }
  stop.abort()
  await Promise.all(late)
  expect(answers).toEqual([...Array<string>(100).fill('round'), ...Array<string>(20).fill('hung')])
})
