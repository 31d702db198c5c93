import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

import { expect, test } from 'vitest'

import { newId, type VmId } from '../../base/ids.ts'
import { createScreens } from './open-screen.ts'

const never = new AbortController().signal
const vm = { id: newId<VmId>(), name: 'web' }

/** A VNC server that takes connections and says nothing, as that of a stopped QEMU. */
async function silentServer() {
  const server = createServer((socket) => void socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const graphicsOf = () => Promise.resolve({ host: '127.0.0.1', port })
  return { graphicsOf, [Symbol.asyncDispose]: async () => void server.close() }
}

test('a screen that does not answer is given up, and the next viewer has a turn of its own', async () => {
  await using server = await silentServer()
  const screens = createScreens(server, { waitMs: 60_000, openMs: 50 })
  const both = await Promise.allSettled([screens.open(vm, never), screens.open(vm, never)])
  expect(both.map((one) => (one as PromiseRejectedResult).reason as Error)).toMatchObject([
    { code: 'host_refused', message: expect.stringContaining('did not answer in time') as string },
    { code: 'host_refused' },
  ])
})

test('a viewer that waited too long for those before it is told so in a sentence', async () => {
  await using server = await silentServer()
  const screens = createScreens(server, { waitMs: 20, openMs: 300 })
  const both = await Promise.allSettled([screens.open(vm, never), screens.open(vm, never)])
  expect((both[1] as PromiseRejectedResult).reason).toMatchObject({
    code: 'host_refused',
    message: expect.stringContaining('those who opened it before') as string,
  })
})
