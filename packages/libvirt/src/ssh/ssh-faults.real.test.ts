import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startHost, type Host } from '../../../../testbed/host.ts'
import { childrenOf, commandLine, identify, isAlive } from '../../../../testbed/processes.ts'
import { startSshServer, type SshServer } from '../../../../testbed/ssh-server.ts'
import { dial, keepConnected, NotTrusted, previewSsh, type Target } from '../index.ts'
import { expectNoLeaks, until } from '../test/leaks.ts'

expectNoLeaks()

let host: Host
let server: SshServer
beforeAll(async () => {
  host = await startHost({ tls: true })
  server = await startSshServer({ host })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
})

const target = (change: { port?: number; host?: string } = {}, uri = 'qemu:///system'): Target => {
  const [hostKey] = server.hostKeys
  const hop = { host: server.address, user: 'root', hostKeys: [hostKey!.publicKey], key: server.user.privateKey }
  return { uri, via: { ssh: { ...hop, ...change } } }
}
const sshOf = (pid: number): number[] => childrenOf(pid).filter((child) => commandLine(child)[0] === 'ssh')

test('a link that is not trusted says so in its state, and what was shown', async () => {
  const { via, uri } = target()
  await using link = keepConnected({
    uri,
    via: { ssh: { ...(via as { ssh: object }).ssh, host: server.address, hostKeys: [] } },
  })
  await until(() => link.state.state === 'down')
  const { error } = link.state as { error?: Error }
  expect(error).toBeInstanceOf(NotTrusted)
  expect((error as NotTrusted).trust).toMatchObject({ problem: 'host-key-unknown' })
})

test('ssh ends when the program that started it is killed, through a jump too, whichever way it goes', async () => {
  const module = new URL('../index.ts', import.meta.url).pathname
  const { ssh } = target().via as { ssh: { host: string } }
  for (const change of [{}, { socket: '/run/libvirt/libvirt-sock' }, { jumps: [ssh] }]) {
    const there = { uri: 'qemu:///system', via: { ssh: { ...ssh, ...change } } }
    const program = `import { dial } from ${JSON.stringify(module)}
      await dial(JSON.parse(process.env.TARGET)); console.log('up'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--conditions=floe-source', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TARGET: JSON.stringify(there) },
    })
    await once(child.stdout, 'data')
    const started = sshOf(child.pid!)
      .flatMap((pid) => [pid, ...childrenOf(pid)])
      .map((pid) => identify(pid)!)
    expect(started.length).toBe('jumps' in change ? 2 : 1)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await until(() => !started.some(isAlive))
  }
})

test('a host that never stops talking before, or instead of, SSH ends at the deadline or in a sentence', async () => {
  const talk = async (say: (socket: Socket) => void): Promise<unknown> => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}))
      say(socket)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const outcome = await dial(target({ host: '127.0.0.1', port }), { deadlineMs: 1000 }).catch(
      (error: unknown) => error,
    )
    const seen = await previewSsh({ host: '127.0.0.1', port }, { deadlineMs: 1000 }).catch((error: unknown) => error)
    expect(String(seen)).toMatch(/ConnectionLost|DeadlineExceeded/)
    for (const socket of sockets) socket.destroy()
    server.close()
    return outcome
  }
  const endless = (text: string) => (socket: Socket) => {
    const more = (): void => void (socket.destroyed || socket.write(text, () => setImmediate(more)))
    more()
  }
  for (const say of [
    endless('hello\r\n'),
    endless('x'.repeat(1000)),
    endless('\0'),
    (socket: Socket) => socket.end('SSH-2.0-x\r\n'),
  ])
    expect(await talk(say)).toMatchObject({ name: expect.stringMatching(/ConnectionLost|DeadlineExceeded/) as string })
  await until(() => sshOf(process.pid).length === 0)
})

test('a jump that does not get through says to where and why', async () => {
  const { via, uri } = target()
  const { ssh } = via as { ssh: { host: string; hostKeys: string[]; key: string } }
  const attempt = dial({ uri, via: { ssh: { ...ssh, host: '127.0.0.1', port: 1, jumps: [ssh] } } })
  await expect(attempt).rejects.toThrow(
    /does not get through to root@127\.0\.0\.1:1: connect failed: Connection refused/,
  )
})

test('a host with QEMU is reached over SSH, and its power cut is noticed', async () => {
  await using link = keepConnected(target(), {
    backoff: { firstMs: 100, maxMs: 500 },
    keepalive: { intervalMs: 300, count: 3 },
    deadlineMs: 3000,
  })
  await link.up()
  await expect(link.call.connectGetType()).resolves.toEqual({ type: 'QEMU' })
  await host.powerCut()
  await until(() => link.state.state !== 'up')
  await expect(link.call.connectGetType()).rejects.toMatchObject({ name: 'ConnectionLost' })
})
