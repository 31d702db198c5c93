import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { dial } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon, Refusal, type FakeStream } from './testing/index.ts'
import { streamChunk } from './xdr/limits.ts'

expectNoLeaks()

const vol = { pool: 'p', name: 'v', key: '/p/v' }
const dom = { name: 'vm', uuid: '00000000-0000-4000-8000-000000000001', id: 1 }

test('an upload is cut into packets and finished only when the daemon has confirmed it', async () => {
  let stream!: FakeStream
  await using daemon = await fakeDaemon({
    storageVolUpload: (_args, _session, opened) => {
      stream = opened
      opened.confirm = false
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const upload = await connection.volumeUpload(vol, { offset: 4096n })
  let finished = false
  void upload.finished.then(() => (finished = true))
  const bytes = Buffer.alloc(streamChunk * 2 + 10, 'x')
  upload.end(bytes)
  expect(await stream.ended).toBe('ok')
  expect(stream.received.map((each) => each.length)).toEqual([streamChunk, streamChunk, 10])
  expect(finished).toBe(false)
  expect(daemon.heard.at(-1)).toMatchObject({ name: 'storageVolUpload', args: { vol, offset: 4096n, length: 0n } })
  stream.confirm = true
  stream.heard('ok', Buffer.alloc(0))
  await upload.finished
  await until(() => upload.closed)
  await until(() => daemon.sessions.length === 1)
})

test('a daemon that runs out of space in the middle ends the upload with its error', async () => {
  await using daemon = await fakeDaemon({
    storageVolUpload: (_args, _session, stream) => {
      void until(() => stream.received.length > 0).then(() => {
        stream.fail(new Refusal('SYSTEM_ERROR', 'No space left on device').body)
        return undefined
      })
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const upload = await connection.volumeUpload(vol)
  await expect(
    pipeline(async function* () {
      for (;;) {
        yield Buffer.alloc(1000)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }, upload),
  ).rejects.toThrow('No space left')
  await expect(upload.finished).rejects.toMatchObject({ code: 'SYSTEM_ERROR' })
})

test('a download ends with an empty packet, OK from here, and OK from there', async () => {
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, _session, stream) => {
      setImmediate(() => {
        stream.write(Buffer.from('hello '))
        stream.write(Buffer.from('world'))
        stream.eof()
      })
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const download = await connection.volumeDownload(vol)
  expect((await buffer(download)).toString()).toBe('hello world')
  await download.finished
})

test('bytes in the same chunk as the reply belong to the stream', async () => {
  await using daemon = await fakeDaemon({
    domainScreenshot: (_args, session, stream) => {
      session.socket.cork()
      queueMicrotask(() => {
        stream.write(Buffer.from('png'))
        stream.eof()
      })
      setImmediate(() => session.socket.uncork())
      return { mime: 'image/png' }
    },
  })
  await using connection = await dial(daemon.target)
  const { mime, stream } = await connection.screenshot(dom)
  expect(mime).toBe('image/png')
  expect((await buffer(stream)).toString()).toBe('png')
})

test('bytes before the reply belong to the stream, however many they are', async () => {
  await using daemon = await fakeDaemon({
    storageVolDownload: async (_args, _session, stream) => {
      for (let n = 0; n < 20; n++) stream.write(Buffer.alloc(100_000))
      stream.eof()
      await sleep(20)
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  expect(await buffer(await connection.volumeDownload(vol))).toHaveLength(2_000_000)
})

test('a daemon that sends without end and never answers is ended, not held in memory', async () => {
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, _session, stream) => {
      for (let n = 0; n < 400; n++) stream.write(Buffer.alloc(100_000))
      return new Promise(() => {})
    },
  })
  await using connection = await dial(daemon.target)
  const download = connection.volumeDownload(vol)
  await expect(download).rejects.toThrow('sends bytes without end and no reply')
})

test('an error in the same chunk as the reply is heard by who opened the stream', async () => {
  await using daemon = await fakeDaemon({
    domainOpenConsole: (_args, session, stream) => {
      session.socket.cork()
      queueMicrotask(() => stream.fail(new Refusal('INTERNAL_ERROR', 'the console is gone').body))
      setImmediate(() => session.socket.uncork())
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const console = await connection.openConsole(dom)
  const [error] = (await once(console, 'error')) as [Error]
  expect(error.message).toContain('the console is gone')
  await until(() => daemon.sessions.length === 1)
})

test('a slow reader stops the daemon and not the memory of this process', async () => {
  const piece = Buffer.alloc(200_000)
  let unsent!: () => number
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, session, stream) => {
      unsent = () => session.socket.writableLength
      setImmediate(() => {
        for (let n = 0; n < 50; n++) stream.write(piece)
        stream.eof()
      })
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const download = await connection.volumeDownload(vol)
  await once(download, 'readable')
  // Time enough for 10 MB to arrive if nothing held them back.
  for (let n = 0; n < 100; n++) await connection.call.connectGetUri()
  expect(unsent()).toBeGreaterThan(5_000_000)
  expect(download.readableLength).toBeLessThan(2_000_000)
  expect(await buffer(download)).toHaveLength(50 * piece.length)
})

test('a console carries bytes both ways, and its end is the end', async () => {
  await using daemon = await fakeDaemon({
    domainOpenConsole: (_args, _session, stream) => {
      void until(() => Buffer.concat(stream.received).toString() === 'ls\n').then(() => {
        stream.write(Buffer.from('bin\n'))
        return stream.eof()
      })
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const console = await connection.openConsole(dom, { device: 'serial0', flags: 1 })
  console.write('ls\n')
  expect((await buffer(console)).toString()).toBe('bin\n')
  await console.finished
  expect(daemon.heard.at(-1)).toMatchObject({ args: { device: 'serial0', flags: 1 } })
})

test('destroying a stream aborts it there; on a shared connection everything else goes on', async () => {
  let stream!: FakeStream
  await using daemon = await fakeDaemon({
    domainOpenConsole: (_args, _session, opened) => {
      stream = opened
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const console = await connection.openConsole(dom, { shared: true })
  expect(daemon.sessions).toHaveLength(1)
  console.destroy()
  expect(await stream.ended).toBe('aborted')
  await expect(console.finished).rejects.toThrow('aborted by this side')
  stream.write(Buffer.from('too late'))
  await expect(connection.call.connectGetUri()).resolves.toBeDefined()
})

test('a refused stream is an error of its call, and its own connection is closed', async () => {
  await using daemon = await fakeDaemon()
  await using connection = await dial(daemon.target)
  await expect(connection.openConsole(dom)).rejects.toMatchObject({ code: 'NO_SUPPORT' })
  await until(() => daemon.sessions.length === 1)
})

test('a stream that opens after its caller has given up is aborted', async () => {
  const gate = Promise.withResolvers<void>()
  let stream!: FakeStream
  await using daemon = await fakeDaemon({
    domainOpenConsole: async (_args, _session, opened) => {
      stream = opened
      await gate.promise
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const open = connection.openConsole(dom, { shared: true, deadlineMs: 30 })
  await expect(open).rejects.toMatchObject({ name: 'DeadlineExceeded' })
  gate.resolve()
  expect(await stream.ended).toBe('aborted')
  expect(connection.load.underWay).toBe(0)
})

test('the connection going, or the signal, ends an open stream', async () => {
  await using daemon = await fakeDaemon({ domainOpenConsole: () => ({}) })
  await using connection = await dial(daemon.target)
  const lost = await connection.openConsole(dom)
  const gone = once(lost, 'error')
  daemon.sessions[1]!.drop()
  expect(String((await gone)[0])).toContain('is lost')
  const stop = new AbortController()
  const stopped = await connection.openConsole(dom, { signal: stop.signal })
  const ended = once(stopped, 'error')
  stop.abort(new Error('page closed'))
  expect(String((await ended)[0])).toContain('page closed')
  await until(() => daemon.sessions.length === 1)
})
