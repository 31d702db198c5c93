import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'

import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { createClient } from './index.ts'
import { json, testServer } from './test/server.ts'

/** A gateway that hands out one ticket and then speaks as `serve` says. */
async function gateway(serve: (socket: WebSocket, opened: unknown) => void) {
  const server = await testServer((request, response) => {
    if (request.url === '/api/v1/vms/web1/consoles') {
      return json(response, 201, { ticket: 'once', socket: '/api/v1/console', expiresAt: '2026-01-01T00:00:30Z' })
    }
    return json(response, 404, {})
  })
  const sockets = new WebSocketServer({ server: server.server, path: '/api/v1/console' })
  sockets.on('connection', (socket) => {
    socket.once('message', (data: Buffer) => serve(socket, JSON.parse(data.toString('utf8'))))
  })
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('a console sends its ticket first and then carries bytes both ways', async () => {
  await using floe = await gateway((socket, opened) => {
    expect(opened).toEqual({ ticket: 'once', vm: 'web1', kind: 'serial' })
    socket.send('{"ready":true}')
    // At once, before anybody can be reading.
    socket.send(Buffer.from('login: '))
    socket.on('message', (data: Buffer) => {
      socket.send(Buffer.concat([Buffer.from('echo '), data]))
      socket.close(1000, 'the VM stopped')
    })
  })
  const console = await createClient({ baseUrl: floe.url }).console({ vm: 'web1', kind: 'serial' })
  console.send('root')
  let text = ''
  for await (const bytes of console.output) text += Buffer.from(bytes).toString('utf8')
  expect(text).toBe('login: echo root')
  expect(await console.closed).toMatchObject({ code: 1000, reason: 'the VM stopped' })
})

test('what the gateway refuses is thrown with its sentence', async () => {
  await using floe = await gateway((socket) => {
    socket.send(JSON.stringify({ error: { code: 'ticket_refused', title: 'The console ticket is used.' } }))
    socket.close(4403)
  })
  await expect(createClient({ baseUrl: floe.url }).console({ vm: 'web1', kind: 'vnc' })).rejects.toMatchObject({
    code: 'ticket_refused',
    message: 'The console ticket is used.',
  })
})

test('a gateway that closes without a word is not reachable', async () => {
  await using floe = await gateway((socket) => socket.close(1001, 'going away'))
  await expect(createClient({ baseUrl: floe.url }).console({ vm: 'web1', kind: 'vnc' })).rejects.toThrow('going away')
})

test('a signal closes the console, also before it is open', async () => {
  const { promise: served, resolve } = Promise.withResolvers<WebSocket>()
  await using floe = await gateway((socket) => resolve(socket))
  const stop = new AbortController()
  const client = createClient({ baseUrl: floe.url })
  const opening = client.console({ vm: 'web1', kind: 'serial', signal: stop.signal })
  const socket = await served
  stop.abort(new Error('left'))
  await expect(opening).rejects.toThrow('left')
  if (socket.readyState !== socket.CLOSED) await once(socket, 'close')
})

test('whoever takes the socket reads it alone', async () => {
  await using floe = await gateway((socket) => {
    socket.send('{"ready":true}')
    socket.once('message', () => {
      socket.send(Buffer.from('RFB'))
      socket.close()
    })
  })
  const console = await createClient({ baseUrl: floe.url }).console({ vm: 'web1', kind: 'vnc' })
  const pieces: unknown[] = []
  console.socket.addEventListener('message', ({ data }) => pieces.push(data))
  console.send('x')
  await console.closed
  const { value } = await console.output[Symbol.asyncIterator]().next()
  expect(value).toBeUndefined()
  expect(pieces.map((one) => Buffer.from(one as ArrayBuffer).toString('utf8'))).toEqual(['RFB'])
})

test('a reader that is slower than the guest holds it back, and gets everything', async () => {
  const piece = Buffer.alloc(64 * 1024, 'x')
  const all = 64 * 1024 * 1024
  const { promise: served, resolve } = Promise.withResolvers<WebSocket>()
  await using floe = await gateway((socket) => {
    socket.send('{"ready":true}')
    for (let sent = 0; sent < all; sent += piece.length) socket.send(piece)
    resolve(socket)
  })
  const client = createClient({ baseUrl: floe.url, webSocket: (url) => new WebSocket(url) })
  const console = await client.console({ vm: 'web1', kind: 'serial' })
  const socket = await served
  // Until nothing moves any more.
  for (let before = -1; before !== socket.bufferedAmount;) {
    before = socket.bufferedAmount
    await wait(200)
  }
  expect(socket.bufferedAmount).toBeGreaterThan(all / 2)
  socket.close(1000, 'all')
  let got = 0
  for await (const bytes of console.output) got += bytes.length
  expect(got).toBe(all)
  expect(await console.closed).toMatchObject({ reason: 'all' })
})
