import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { childrenOf, commandLine } from '../../../../testbed/processes.ts'
import { makeSshKey, signSshKey, type SshKey } from '../../../../testbed/ssh-keys.ts'
import { startSshAgent, startSshServer, type SshServer } from '../../../../testbed/ssh-server.ts'
import { dial, keepConnected, previewSsh, type SshHop, type Target } from '../index.ts'
import { eventsAndStream } from '../test/events-and-stream.ts'
import { expectNoLeaks, until } from '../test/leaks.ts'
import { notTrusted } from '../test/not-trusted.ts'
import { privateLibvirtd, type PrivateLibvirtd } from '../testing/index.ts'

expectNoLeaks()

let daemon: PrivateLibvirtd
let server: SshServer
let stranger: SshKey
beforeAll(async () => {
  daemon = await privateLibvirtd()
  server = await startSshServer({ libvirtSocket: daemon.socketPath })
  stranger = await makeSshKey(server.folder, 'stranger')
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await daemon?.[Symbol.asyncDispose]()
})

const hopTo = (to: SshServer, change: Partial<SshHop> = {}): SshHop => ({
  host: to.address,
  port: to.port,
  user: 'root',
  hostKeys: to.hostKeys.map(({ publicKey }) => publicKey),
  key: to.user.privateKey,
  ...change,
})
const target = (change: Partial<SshHop & { jumps: readonly SshHop[]; socket: string }> = {}, to = server): Target => ({
  uri: 'test:///default',
  via: { ssh: { ...hopTo(to), ...change } },
})
/** The ssh programs that this process has started and that still run. */
const ours = (): number[] => childrenOf(process.pid).filter((pid) => commandLine(pid)[0] === 'ssh')

describe('a connection over SSH', () => {
  test('runs calls, events and streams through virt-ssh-helper, and ends with all its programs', async () => {
    const connection = await dial(target())
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
    expect((await eventsAndStream(connection)).length).toBeGreaterThan(1000)
    await connection.close()
    await until(() => ours().length === 0)
  })

  test('carries 400 calls at once and XML of 3 MB', async () => {
    await using connection = await dial(target())
    const { dom } = await connection.call.domainLookupByName({ name: 'test' })
    await Promise.all(Array.from({ length: 400 }, () => connection.call.domainGetInfo({ dom })))
    const text = 'x'.repeat(3_000_000)
    const xml = `<domain type='test'><name>big</name><description>${text}</description><memory>1024</memory><os><type>hvm</type></os></domain>`
    const big = await connection.call.domainDefineXmlFlags({ xml })
    expect((await connection.call.domainGetXmlDesc({ dom: big.dom })).xml).toContain(text)
  })

  test('forwards the socket that it is told of', async () => {
    await using connection = await dial(target({ socket: daemon.socketPath }))
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  })

  test('where virt-ssh-helper is missing the sockets of /run/libvirt are tried, and the one that worked is kept', async () => {
    await using bare = await startSshServer({
      libvirtSocket: daemon.socketPath,
      config: ['SetEnv PATH=/nonexistent'],
    })
    await using connection = await dial(target({}, bare), { deadlineMs: 30_000 })
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
    const logins = async (): Promise<number> => (await bare.log()).split('Accepted publickey').length - 1
    expect(await logins()).toBe(3)
    const { dom } = await connection.call.domainLookupByName({ name: 'test' })
    const { stream } = await connection.screenshot(dom)
    await buffer(stream)
    expect(await logins()).toBe(4)
  })

  test('where there is no way at all the sentence names each that was tried', async () => {
    await using bare = await startSshServer({ config: ['SetEnv PATH=/nonexistent', 'AllowStreamLocalForwarding no'] })
    const attempt = dial(target({}, bare), { deadlineMs: 30_000 })
    await expect(attempt).rejects.toThrow(/virt-ssh-helper is missing.*does not open libvirt's socket/)
    await expect(attempt).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
  })

  test('a daemon that does not run there is said so in the words of the host', async () => {
    await using empty = await startSshServer()
    await expect(dial(target({}, empty))).rejects.toThrow(/libvirt-sock/)
  })

  test('goes through two jumps, each with its own keys', async () => {
    await using first = await startSshServer()
    await using second = await startSshServer()
    const through = target({ jumps: [hopTo(first), hopTo(second)] })
    await using connection = await dial(through, { deadlineMs: 30_000 })
    await expect(connection.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
    expect(await first.log()).toContain('Accepted publickey')
    const refused = await notTrusted(
      dial(target({ jumps: [hopTo(first), hopTo(second, { hostKeys: [stranger.publicKey] })] }), {
        deadlineMs: 30_000,
      }),
    )
    expect(refused.trust).toMatchObject({
      problem: 'host-key-changed',
      host: `root@127.0.0.1:${second.port}`,
      presented: { fingerprint: second.hostKeys[0]!.fingerprint },
    })
    await connection.close()
    await until(() => ours().length === 0)
  })

  test('logs in by an agent, by one key of many, and by a certificate', async () => {
    await using agent = await startSshAgent([stranger, server.user])
    const { key: _, ...keyless } = hopTo(server)
    for (const ssh of [
      { ...keyless, agent: agent.socket },
      { ...keyless, agent: agent.socket, key: server.user.publicKey },
    ]) {
      await using connection = await dial({ uri: 'test:///default', via: { ssh } })
      await expect(connection.call.connectGetUri()).resolves.toBeDefined()
    }
    const certificate = readFileSync(await signSshKey(server.authority, stranger, { principals: ['root'] }), 'utf8')
    await using connection = await dial(target({ key: stranger.privateKey, certificate }))
    await connection.call.connectGetUri()
  })

  test('believes a host whose key an authority has signed, for its name alone', async () => {
    await using certified = await startSshServer({
      libvirtSocket: daemon.socketPath,
      certified: { authority: stranger, name: 'localhost' },
    })
    const hostKeys = [`@cert-authority ${stranger.publicKey}`]
    await using connection = await dial(target({ host: 'localhost', hostKeys }, certified))
    await connection.call.connectGetUri()
    const refused = await notTrusted(dial(target({ hostKeys }, certified)))
    expect(refused.trust).toMatchObject({ problem: 'host-certificate' })
  })
})

describe('trust over SSH', () => {
  test('a host key that nobody has pinned is refused and named', async () => {
    const refused = await notTrusted(dial(target({ hostKeys: [] })))
    expect(refused.trust).toMatchObject({
      problem: 'host-key-unknown',
      presented: { type: 'ssh-ed25519', fingerprint: server.hostKeys[0]!.fingerprint },
      pinned: [],
    })
    expect(refused.message).toContain(server.hostKeys[0]!.fingerprint)
  })

  test('a host key that is not the pinned one is refused with both fingerprints', async () => {
    const refused = await notTrusted(dial(target({ hostKeys: [stranger.publicKey] })))
    expect(refused.trust).toMatchObject({
      problem: 'host-key-changed',
      presented: { fingerprint: server.hostKeys[0]!.fingerprint },
      pinned: [{ fingerprint: stranger.fingerprint }],
    })
    expect(refused.message).toContain(stranger.fingerprint)
    expect(refused.message).toContain(server.hostKeys[0]!.fingerprint)
  })

  test('of several keys of a host the pinned one is asked for', async () => {
    await using several = await startSshServer({
      libvirtSocket: daemon.socketPath,
      hostKeys: ['ed25519', 'ecdsa', 'rsa'],
    })
    for (const { publicKey } of several.hostKeys) {
      await using connection = await dial(target({ hostKeys: [publicKey] }, several))
      await expect(connection.call.connectGetUri()).resolves.toBeDefined()
    }
  })

  test('a key that the host does not know, and one that cannot be read, are told apart', async () => {
    const unknown = await notTrusted(dial(target({ key: stranger.privateKey })))
    expect(unknown.trust).toMatchObject({ problem: 'login-refused', methods: ['publickey'] })
    const locked = await makeSshKey(server.folder, 'locked', { passphrase: 'swordfish' })
    const certificate = readFileSync(await signSshKey(server.authority, locked, { principals: ['root'] }), 'utf8')
    for (const change of [{ key: locked.privateKey, certificate }, { key: 'canary, which is no key' }]) {
      const unusable = await notTrusted(dial(target(change)))
      expect(unusable.trust).toMatchObject({ problem: 'login-key-unusable' })
      expect(unusable.message).not.toMatch(/PRIVATE|canary/)
    }
  })

  test('a user certificate that has expired is refused', async () => {
    const key = await makeSshKey(server.folder, 'late')
    const file = await signSshKey(server.authority, key, { principals: ['root'], validity: '-2h:-1h' })
    const attempt = dial(target({ key: key.privateKey, certificate: readFileSync(file, 'utf8') }))
    expect((await notTrusted(attempt)).trust).toMatchObject({ problem: 'login-refused' })
  })

  test('a preview shows the host key, which then can be pinned, and logs nobody in', async () => {
    const before = (await server.log()).split('Accepted').length
    const { hostKey, methods, software } = await previewSsh({ host: server.address, port: server.port, user: 'root' })
    expect(hostKey).toMatchObject({ type: 'ssh-ed25519', fingerprint: server.hostKeys[0]!.fingerprint })
    expect(methods).toEqual(['publickey'])
    expect(software).toContain('OpenSSH')
    expect((await server.log()).split('Accepted').length).toBe(before)
    await using connection = await dial(target({ hostKeys: [hostKey.line] }))
    await connection.call.connectGetUri()
  })

  test('a preview goes through a jump, which has to be known', async () => {
    await using jump = await startSshServer()
    const { host, port, user } = hopTo(server) as Required<SshHop>
    const { hostKey } = await previewSsh({ host, port, user, jumps: [hopTo(jump)] })
    expect(hostKey.fingerprint).toBe(server.hostKeys[0]!.fingerprint)
    const refused = await notTrusted(previewSsh({ host, port, user, jumps: [hopTo(jump, { hostKeys: [] })] }))
    expect(refused.trust).toMatchObject({ problem: 'host-key-unknown' })
  })
})

describe('faults over SSH', () => {
  test('ssh killed, or the login on the host killed, ends the connection with a reason', async () => {
    for (const kill of ['here', 'there'] as const) {
      await using connection = await dial(target())
      const lost = connection.closed
      const [pid] = ours()
      process.kill(kill === 'here' ? pid! : server.sessions()[0]!.pid, 'SIGKILL')
      await expect(lost).resolves.toMatchObject({ name: 'ConnectionLost' })
      await expect(connection.call.connectGetUri()).rejects.toMatchObject({ name: 'ConnectionLost' })
    }
    await until(() => ours().length === 0)
  })

  test('a host that accepts and says nothing ends at the deadline, and ssh with it', async () => {
    const [who] = server.sessions()
    expect(who).toBeUndefined()
    const { createServer } = await import('node:net')
    const deaf = createServer((socket) => void socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
    await new Promise((resolve) => deaf.once('listening', resolve))
    const { port } = deaf.address() as { port: number }
    await expect(dial(target({ port }), { deadlineMs: 300 })).rejects.toMatchObject({ name: 'DeadlineExceeded' })
    await expect(previewSsh({ host: '127.0.0.1', port }, { deadlineMs: 300 })).rejects.toMatchObject({
      name: 'DeadlineExceeded',
    })
    await until(() => ours().length === 0)
    await new Promise((resolve) => deaf.close(resolve))
  })

  test('a port where nobody listens, and a name that nobody has, are sentences', async () => {
    await expect(dial(target({ port: 1 }))).rejects.toThrow(/127\.0\.0\.1:1 cannot be reached over SSH: .*refused/)
    const attempt = dial(target({ host: 'host.invalid' }), { deadlineMs: 30_000 })
    await expect(attempt).rejects.toThrow(/host\.invalid.* cannot be reached over SSH/)
  })

  test('a link over SSH comes back after the server was away', async () => {
    await using own = await startSshServer({ libvirtSocket: daemon.socketPath })
    await using link = keepConnected(target({}, own), { backoff: { firstMs: 50, maxMs: 200 } })
    await link.up()
    await own.stop()
    await until(() => link.state.state !== 'up')
    await own.start()
    await link.up()
    await expect(link.call.connectGetUri()).resolves.toEqual({ uri: 'test:///default' })
  })

  test('no key lies in any file while connected, and no program shows one', async () => {
    await using connection = await dial(target())
    await connection.call.connectGetUri()
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('floe-'))).toEqual([])
    expect(commandLine(ours()[0]!).join(' ')).not.toContain('KEY')
    expect(existsSync(`/proc/${ours()[0]}`)).toBe(true)
  })
})
