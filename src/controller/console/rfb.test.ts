import { once } from 'node:events'
import { createServer } from 'node:net'

import { expect, test } from 'vitest'

import { openScreen } from './open-screen.ts'
import { vncResponse } from './rfb.ts'
import { startScreen } from './testing.ts'

const soon = () => AbortSignal.timeout(10_000)
const at = (port: number, password?: string) => ({
  host: '127.0.0.1',
  port,
  ...(password !== undefined && { password }),
})

test('the response is DES with reversed bits, of the first 8 characters only', () => {
  const challenge = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
  // From: openssl enc -des-ecb -K c2f2ea0000000000 -nopad -provider legacy ("COW" with its bits reversed is C2 F2 EA).
  expect(vncResponse('COW', challenge).toString('hex')).toBe('dc72fe4da173cc3f3c684d6637ed8c28')
  expect(vncResponse('12345678', challenge)).toEqual(vncResponse('123456789', challenge))
})

test('a real VNC server lets us in with its password, and without one when it has none', async () => {
  await using guarded = await startScreen({ password: 'sesame42' })
  await using open = await startScreen()
  const inside = await openScreen(at(guarded.port, 'sesame42'), 'web', soon())
  const free = await openScreen(at(open.port), 'web', soon())
  // A password that was configured for a server that asks for none.
  const needless = await openScreen(at(open.port, 'x'), 'web', soon())
  for (const socket of [inside, free, needless]) {
    socket.write(Buffer.of(1))
    const [init] = (await once(socket, 'data')) as [Buffer]
    expect([init.readUInt16BE(0) > 0, init.length > 20]).toEqual([true, true])
    socket.destroy()
  }
})

test('a wrong password and a missing one are told with the server’s reason', async () => {
  await using screen = await startScreen({ password: 'sesame42' })
  await expect(openScreen(at(screen.port, 'wrong'), 'web', soon())).rejects.toMatchObject({
    code: 'host_refused',
    message: expect.stringContaining('Authentication failed'),
  })
  await expect(openScreen(at(screen.port), 'web', soon())).rejects.toThrow('wants a login that Floe does not have')
})

test('what is no VNC server, nobody, or silent is told in words and in time', async () => {
  const refused = async (port: number, signal = soon()): Promise<string> => {
    const error = await openScreen(at(port), 'web', signal).catch((thrown: unknown) => thrown as Error)
    return (error as Error).message
  }
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {})
    if (words !== undefined) socket.end(words)
  })
  let words: Buffer | undefined
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  words = Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')
  expect(await refused(port)).toContain('is no VNC server')
  words = Buffer.from('RFB 003.003\n')
  expect(await refused(port)).toContain('speaks only RFB 003.003')
  words = Buffer.from('RFB 003.008\n')
  expect(await refused(port)).toContain('ended in the middle')
  words = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(0, 0, 0, 0, 4), Buffer.from('fu\u0007l')])
  expect(await refused(port)).toContain('refused: fu l')
  words = Buffer.concat([Buffer.from('RFB 003.008\n'), Buffer.of(0, 0xff, 0xff, 0xff, 0xff)])
  expect(await refused(port)).toContain('refused')
  words = undefined
  expect(await refused(port, AbortSignal.timeout(100))).toContain('did not answer in time')
  server.close()
  await once(server, 'close')
  expect(await refused(port)).toContain('ECONNREFUSED')
})
