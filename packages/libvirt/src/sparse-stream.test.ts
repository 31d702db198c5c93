import { expect, test } from 'vitest'

import { dial, type Hole } from './index.ts'
import { expectNoLeaks, until } from './test/leaks.ts'
import { fakeDaemon, type FakeStream } from './testing/index.ts'

expectNoLeaks()

const vol = { pool: 'p', name: 'v', key: '/p/v' }

test('a sparse download is bytes and holes in their order', async () => {
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, _session, stream) => {
      setImmediate(() => {
        stream.write(Buffer.from('head'))
        stream.hole(1n << 40n)
        stream.write(Buffer.from('tail'))
        stream.eof()
      })
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const stream = await connection.volumeDownload(vol, { sparse: true, flags: 8 })
  const items: (string | bigint)[] = []
  for await (const item of stream) items.push('hole' in item ? item.hole : item.toString())
  expect(items).toEqual(['head', 1n << 40n, 'tail'])
  expect(daemon.heard.at(-1)).toMatchObject({ args: { flags: 9 } })
  await stream.finished
})

test('a sparse upload tells its holes and waits for the confirmation', async () => {
  let heard!: FakeStream
  await using daemon = await fakeDaemon({
    storageVolUpload: (_args, _session, stream) => {
      heard = stream
      return {}
    },
  })
  await using connection = await dial(daemon.target)
  const stream = await connection.volumeUpload(vol, { sparse: true })
  stream.write(Buffer.from('head'))
  stream.write({ hole: 5n * (1n << 30n) } satisfies Hole)
  stream.end(Buffer.from('tail'))
  await stream.finished
  const parts = heard.parts.map((part) => ('hole' in part ? part.hole : part.toString()))
  expect(parts).toEqual(['head', 5n * (1n << 30n), 'tail'])
  expect(daemon.heard.at(-1)).toMatchObject({ args: { flags: 1 } })
})

test('a hole where none was asked for ends the download, and one of nothing the upload', async () => {
  await using daemon = await fakeDaemon({
    storageVolDownload: (_args, session, stream) => {
      session.socket.cork()
      queueMicrotask(() => stream.hole(4096n))
      setImmediate(() => session.socket.uncork())
      return {}
    },
    storageVolUpload: () => ({}),
  })
  await using connection = await dial(daemon.target)
  const download = await connection.volumeDownload(vol)
  download.on('error', () => {})
  await expect(download.finished).rejects.toThrow('has holes, though none were asked for')
  const upload = await connection.volumeUpload(vol, { sparse: true })
  upload.on('error', () => {})
  upload.write({ hole: 0n } satisfies Hole)
  await expect(upload.finished).rejects.toThrow('A hole of 0 bytes')
  await until(() => daemon.sessions.length === 1)
})
