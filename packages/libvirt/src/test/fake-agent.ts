import { once } from 'node:events'
import { createServer } from 'node:net'

/** A guest's answers, by the agent's commands. */
const answers: Readonly<Record<string, unknown>> = {
  'guest-info': { version: '7.2.0', supported_commands: [] },
  'guest-get-host-name': { 'host-name': 'guest' },
  'guest-get-timezone': { zone: 'UTC', offset: 0 },
  'guest-get-users': [{ user: 'root', 'login-time': 1_600_000_000.5 }],
  'guest-get-osinfo': { id: 'debian', name: 'Debian GNU/Linux', 'kernel-release': '6.1', 'version-id': '12' },
  'guest-get-disks': [{ name: '/dev/vda', partition: false, dependencies: [] }],
  'guest-get-fsinfo': [
    { name: 'vda1', mountpoint: '/', type: 'ext4', 'used-bytes': 1000, 'total-bytes': 2000, disk: [] },
    { name: 'vda2', mountpoint: '/srv', type: 'xfs', disk: [] },
  ],
  'guest-network-get-interfaces': [
    {
      name: 'eth0',
      'hardware-address': '52:54:00:00:00:01',
      'ip-addresses': [
        { 'ip-address': '192.0.2.7', 'ip-address-type': 'ipv4', prefix: 24 },
        { 'ip-address': 'fe80::1', 'ip-address-type': 'ipv6', prefix: 64 },
      ],
    },
  ],
  'guest-fsfreeze-freeze': 2,
  'guest-fsfreeze-freeze-list': 1,
  'guest-fsfreeze-thaw': 2,
  'guest-fstrim': { paths: [] },
  'guest-get-time': 1_600_000_000_000_000_000,
  'guest-ssh-get-authorized-keys': { keys: ['ssh-ed25519 AAAA one', 'ssh-ed25519 BBBB two'] },
  'guest-get-vcpus': [
    { 'logical-id': 0, online: true, 'can-offline': false },
    { 'logical-id': 1, online: true, 'can-offline': true },
  ],
  'guest-set-vcpus': 1,
}

/** The far end of a guest agent's channel, for a guest without an operating system: QEMU and libvirtd both connect to
 *  `path`, libvirtd as soon as QEMU says that the guest has opened its port. Answers every command that it does not
 *  know with an empty result. */
export async function fakeAgent(path: string): Promise<AsyncDisposable & { readonly heard: string[] }> {
  const heard: string[] = []
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString()
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const { execute, arguments: given } = JSON.parse(text.slice(0, end)) as Command
        text = text.slice(end + 1)
        heard.push(execute)
        socket.write(`${JSON.stringify({ return: execute === 'guest-sync' ? given?.id : (answers[execute] ?? {}) })}\n`)
      }
    })
    sockets.add(socket)
  })
  const sockets = new Set<{ destroy(): unknown }>()
  server.listen(path)
  await once(server, 'listening')
  return {
    heard,
    [Symbol.asyncDispose]: async () => {
      for (const each of sockets) each.destroy()
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

type Command = { readonly execute: string; readonly arguments?: { readonly id?: number } }
