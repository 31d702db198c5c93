import { createServer } from 'node:net'

import { expect, test } from 'vitest'

import { formatListen, isLoopback, parseListen, urlOf } from './listen-address.ts'
import { checkPort, describe as describeProcess, listening } from './port-holder.ts'

test('an address is a host and a port, and a port alone is loopback', () => {
  expect(parseListen('0.0.0.0:7070')).toEqual({ host: '0.0.0.0', port: 7070 })
  expect(parseListen('localhost:81')).toEqual({ host: '127.0.0.1', port: 81 })
  expect(parseListen('8080')).toEqual({ host: '127.0.0.1', port: 8080 })
  expect(formatListen(parseListen('[::1]:7070'))).toBe('[::1]:7070')
})

test('what is no address is refused in words', () => {
  for (const text of [
    '',
    ':',
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '1.2.3.4.5:70',
    'example.org:70',
    '-1',
    '::1:70',
    '127.0.0.1:70\n',
  ]) {
    expect(() => parseListen(text)).toThrow('is no address to listen on')
  }
})

test('only loopback is served without TLS', () => {
  expect(['127.0.0.1:1', '127.9.9.9:1', '[::1]:1'].map((text) => isLoopback(parseListen(text)))).toEqual([
    true,
    true,
    true,
  ])
  expect(['0.0.0.0:1', '[::]:1', '10.0.0.1:1'].map((text) => isLoopback(parseListen(text)))).toEqual([
    false,
    false,
    false,
  ])
  expect(urlOf(parseListen('127.0.0.1:7070'), 'machine')).toBe('http://127.0.0.1:7070')
  expect(urlOf(parseListen('0.0.0.0:7070'), 'machine')).toBe('https://machine:7070')
  expect(urlOf(parseListen('[fd00::1]:7070'), 'machine')).toBe('https://[fd00::1]:7070')
})

test('a listening socket is found in the kernel’s table by port and state', () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1B9E 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 4711 1
   1: 0100007F:1B9E 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1`
  expect(listening(table, 7070)).toEqual([{ inode: '4711', uid: '998' }])
  expect(listening(table, 23)).toEqual([])
})

test('another copy of Floe is named by its folder, any other process by its command line', () => {
  expect(describeProcess(['/x/node', '/x/floe.mjs', 'controller', '--data', '/srv/two'])).toBe('the Floe of /srv/two')
  expect(describeProcess(['nginx: master'])).toBe('nginx: master')
  expect(describeProcess(['x'.repeat(100)])).toHaveLength(61)
})

test('a taken port is refused with who has it and a free one', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const { port } = server.address() as { port: number }
    const refused = checkPort({ host: '127.0.0.1', port })
    await expect(refused).rejects.toThrow(new RegExp(`process ${process.pid} .*floe up --listen 127.0.0.1:\\d+`))
    await expect(checkPort({ host: '192.0.2.1', port })).rejects.toThrow('This machine has no address 192.0.2.1')
    await expect(checkPort({ host: '127.0.0.1', port: 1 })).rejects.toThrow('for root alone')
  } finally {
    server.close()
  }
})
