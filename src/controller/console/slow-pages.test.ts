import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { newId, type HostId, type VmId } from '../../base/ids.ts'
import { MiB } from '../../base/units.ts'
import { testServer, type LoggedIn, type TestServer } from '../http/testing.ts'
import { Page, startGuest, type Guest } from './testing.ts'

const vm = newId<VmId>()
const flood = Buffer.alloc(64 * 1024, 'a line of a flood\n')

let guest: Guest
let screen: ReturnType<typeof createServer>
let at: TestServer
let admin: LoggedIn
const screens: Socket[] = []
beforeAll(async () => {
  guest = await startGuest()
  // A VNC server that asks for no password and then pours pictures without being asked.
  screen = createServer((socket) => {
    screens.push(socket)
    socket.on('error', () => {})
    socket.write('RFB 003.008\n')
    socket.once('data', () => {
      socket.write(Buffer.of(1, 1))
      socket.once('data', () => socket.write(Buffer.alloc(4)))
    })
  })
  screen.listen(0, '127.0.0.1')
  await once(screen, 'listening')
  const { port } = screen.address() as AddressInfo
  at = await testServer({
    consoleHosts: {
      find: (name) => Promise.resolve({ id: vm, name, host: newId<HostId>() }),
      graphicsOf: () => Promise.resolve({ host: '127.0.0.1', port }),
      openConsole: () => guest.open(),
    },
  })
  admin = await at.logIn()
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await guest[Symbol.asyncDispose]()
  for (const socket of screens) socket.destroy()
  screen.close()
  await once(screen, 'close')
})

const openPage = async (kind: 'vnc' | 'serial'): Promise<Page> => {
  const { json } = await at.ask('/api/v1/vms/web/consoles', { headers: admin.headers, body: { kind } })
  const url = `${at.url.replace('http', 'ws')}/api/v1/consoles/socket`
  const first = JSON.stringify({ ticket: json.ticket as string, vm: 'web', kind })
  const page = new Page(url, { origin: at.url, ...admin.headers }, first)
  expect(await page.said()).toEqual({ ready: true })
  return page
}

test('a page that does not read stops its screen, and gets everything when it reads again', async () => {
  await using page = await openPage('vnc')
  await page.bytes(12)
  page.send(Buffer.from('RFB 003.008\n'))
  await page.bytes(2)
  page.send(Buffer.of(1))
  await page.bytes(4)
  page.socket.pause()
  const source = screens.at(-1)!
  const all = 64 * MiB
  let given = 0
  const pour = (): void => {
    while (given < all) {
      given += flood.length
      if (!source.write(flood)) return
    }
  }
  source.on('drain', pour)
  pour()
  // Until nothing moves any more.
  for (let before = -1; before !== source.bytesWritten - source.writableLength;) {
    before = source.bytesWritten - source.writableLength
    await wait(500)
  }
  // What fits between: our bound and the sockets' own buffers.
  expect(given).toBeLessThan(48 * MiB)
  page.socket.resume()
  let got = 0
  while (got < all) got += (await page.bytes(8 * MiB)).length
  expect(got).toBe(all)
})

test('a viewer that does not read is cut off, and the other one sees everything', async () => {
  await using quick = await openPage('serial')
  await using slow = await openPage('serial')
  slow.socket.pause()
  const end = guest.ends.at(-1)!
  const all = 20 * MiB
  let read = 0
  for (let given = 0; given < all; given += flood.length) {
    if (!end.write(flood)) await once(end, 'drain')
    read += (await quick.bytes(flood.length)).length
  }
  expect(read).toBe(all)
  slow.socket.resume()
  expect(await slow.closed).toEqual({
    code: 1013,
    reason: expect.stringContaining('read too slowly') as string,
  })
})
