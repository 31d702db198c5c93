import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'

import { run } from '../testing/run.ts'

/** A console gateway on a copy's socket: echoes in capitals; "bye" ends it from the guest's side. */
const server = createServer((request, response) => {
  const found = request.method === 'POST' && request.url === '/api/v1/vms/web1/consoles'
  const problem = { type: '/errors/no_console', code: 'no_console', title: 'web2 has no serial.', status: 409 }
  response.writeHead(found ? 201 : 409, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ? { ticket: 't', socket: '/api/v1/consoles/socket', expiresAt: '' } : problem))
})
const sockets = new WebSocketServer({ server, path: '/api/v1/consoles/socket' })
let got = ''
sockets.on('connection', (socket: WebSocket) => {
  socket.once('message', (opened: Buffer) => {
    const { ticket, vm, kind } = JSON.parse(opened.toString('utf8')) as Record<string, string>
    socket.send(JSON.stringify(ticket === 't' && vm === 'web1' && kind === 'serial' ? { ready: true } : {}))
    socket.send(Buffer.from('web1 login: '))
    socket.on('message', (bytes: Buffer) => {
      got += bytes.toString('latin1')
      if (got.endsWith('bye')) socket.close(1000, 'web1 was shut off')
      else socket.send(Buffer.from(bytes.toString('utf8').toUpperCase()))
    })
  })
})

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'floe-console-'))
  await mkdir(join(home, 'run'))
  await new Promise<void>((resolve) => server.listen(join(home, 'run', 'floe.sock'), resolve))
})
afterAll(async () => {
  sockets.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(home, { recursive: true, force: true })
})

const open = (stdin: PassThrough, tty: boolean, onOut: (out: string) => void) =>
  run(['vm', 'console', 'web1', '--data', home], { home, stdin, tty, onOut })

test('keys go to the guest as they are, Ctrl-C too, until Ctrl-]; the terminal is put back', async () => {
  got = ''
  const stdin = new PassThrough()
  const modes: boolean[] = []
  const { code, out, err } = await open(
    Object.assign(stdin, { setRawMode: (raw: boolean) => modes.push(raw) }),
    true,
    (out) => {
      if (out === 'web1 login: ') stdin.write('root\u0003')
      if (out.endsWith('ROOT\u0003')) stdin.write('x\u001dnot for the guest')
    },
  )
  expect(code).toBe(0)
  expect(out.startsWith('web1 login: ROOT\u0003')).toBe(true)
  expect(got.startsWith('root\u0003')).toBe(true)
  expect(got).not.toContain('not')
  expect(err).toContain('Ctrl-] leaves it.')
  expect(err).toContain('Left the console of web1.')
})

test('a console that the guest ends says why', async () => {
  got = ''
  const stdin = new PassThrough()
  const { code, err } = await open(stdin, false, (out) => out === 'web1 login: ' && stdin.write('bye'))
  expect(code).toBe(0)
  expect(err).toContain('The console ended: web1 was shut off')
})

test('input that is at its end is typed whole, what comes back is shown, and then the console is left', async () => {
  got = ''
  for (const [stdin, shown] of [
    ['', 'web1 login: '],
    ['uptime\n', 'web1 login: UPTIME\n'],
  ] as const) {
    const { code, out, err } = await run(['vm', 'console', 'web1', '--idle', '0.3', '--data', home], { home, stdin })
    expect({ code, out }).toEqual({ code: 0, out: shown })
    expect(err).toBe('The serial console of web1.\n\nLeft the console of web1: the input was at its end.\n')
  }
  expect((await run(['vm', 'console', 'web1', '--idle', 'x', '--data', home], { home })).code).toBe(2)
})

test('a VM without a serial console is refused in its own words', async () => {
  const { code, err } = await run(['vm', 'console', 'web2', '--data', home], { home })
  expect({ code, err }).toEqual({ code: 1, err: 'web2 has no serial.\n' })
})
