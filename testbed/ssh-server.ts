import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { freePort } from './free-port.ts'
import type { Host } from './host.ts'
import { endProcess, identify, processesOf, commandLine, childrenOf, type Identity } from './processes.ts'
import { run } from './run.ts'
import { scratch } from './scratch.ts'
import { makeSshKey, signSshKey, type SshKey, type SshKeyType } from './ssh-keys.ts'
import { sshProgram } from './ssh-program.ts'
import { until } from './until.ts'

export type SshServerOptions = {
  /** A host of the test bed (with `tls`, which gives it an address) to run on. Default: this machine, on loopback. */
  readonly host?: Host
  /** What libvirt's own socket is there, where it does not run on a host: whoever logs in finds it in /run/libvirt. */
  readonly libvirtSocket?: string
  /** Default ed25519 alone. */
  readonly hostKeys?: readonly SshKeyType[]
  /** Signs the first host key for this name, and shows the certificate. */
  readonly certified?: { readonly authority: SshKey; readonly name: string }
  /** Further lines of sshd_config; of the same option the first line counts, and these come first. */
  readonly config?: readonly string[]
}

/** An sshd of its own: root logs in with `user`, or with a certificate of `authority`. */
export type SshServer = AsyncDisposable & {
  readonly address: string
  readonly port: number
  readonly folder: string
  readonly hostKeys: readonly SshKey[]
  readonly user: SshKey
  /** Whose user certificates are accepted. */
  readonly authority: SshKey
  /** The process of each login, for faults. */
  sessions(): readonly Identity[]
  /** What it has logged. */
  log(): Promise<string>
  stop(): Promise<void>
  start(): Promise<void>
}

/** Starts one; needs root. Up in 0.1 s once its program is there. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('ssh'))
  const program = await sshProgram()
  const address = options.host?.tls?.host ?? '127.0.0.1'
  const port = options.host === undefined ? await freePort() : 22
  const types = options.hostKeys ?? ['ed25519']
  const hostKeys = await Promise.all(types.map((type) => makeSshKey(folder.path, `host-${type}`, { type })))
  const [user, authority] = [await makeSshKey(folder.path, 'user'), await makeSshKey(folder.path, 'authority')]
  await writeFile(join(folder.path, 'authorized_keys'), `${user.publicKey}\n`)
  const { certified } = options
  const certificate =
    certified && (await signSshKey(certified.authority, hostKeys[0]!, { principals: [certified.name], host: true }))
  const lines = [
    ...(options.config ?? []),
    `ListenAddress ${address}:${port}`,
    ...hostKeys.map(({ file }) => `HostKey ${file}`),
    ...(certificate === undefined ? [] : [`HostCertificate ${certificate}`]),
    `AuthorizedKeysFile ${join(folder.path, 'authorized_keys')}`,
    `TrustedUserCAKeys ${authority.file}.pub`,
    ...fixed,
  ]
  await writeFile(join(folder.path, 'sshd_config'), `${lines.join('\n')}\n`)
  await writePasswd(folder.path)
  await makeRun(folder.path, options.libvirtSocket)

  const log = join(folder.path, 'log')
  let daemon: Identity | undefined
  async function start(): Promise<void> {
    const starts = async (): Promise<number> =>
      (await readFile(log, 'utf8')).split(`Server listening on ${address} port ${port}`).length
    const out = openSync(log, 'a')
    const before = await starts()
    const ownRun = options.host === undefined ? `mount --bind ${folder.path}/run /run` : 'mkdir -p /run/sshd'
    const script = `${ownRun} && mount --bind ${folder.path}/passwd /etc/passwd && exec "$0" -D -e -f ${folder.path}/sshd_config`
    const enter = options.host === undefined ? [] : into(options.host)
    const args = ['--pdeathsig', 'KILL', ...enter, 'unshare', '--mount', '/bin/sh', '-c', script, program.sshd]
    const env = { PATH: process.env['PATH'], ...(program.libraries && { LD_LIBRARY_PATH: program.libraries }) }
    const child = spawn('setpriv', args, { stdio: ['ignore', out, out], env, detached: true })
    closeSync(out)
    child.unref()
    const outer = identify(child.pid!)
    if (outer) folder.note({ kind: 'process', who: outer })
    await until('the SSH server', async () => (await starts()) > before).catch(async (cause: unknown) => {
      throw new Error(`The SSH server does not start. It said: ${await readFile(log, 'utf8')}`, { cause })
    })
    daemon = identify(listener(child.pid!, options.host, folder.path))
  }
  const sessions = () =>
    daemon === undefined
      ? []
      : childrenOf(daemon.pid)
          .map(identify)
          .filter((who) => who !== undefined)
  const stop = async () => {
    for (const who of sessions()) await endProcess(who)
    if (daemon) await endProcess(daemon)
    daemon = undefined
  }
  made.defer(stop)
  await start()
  const owned = made.move()
  return {
    address,
    port,
    folder: folder.path,
    hostKeys,
    user,
    authority,
    sessions,
    log: () => readFile(log, 'utf8'),
    stop,
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const fixed = [
  'PidFile none',
  'UsePAM no',
  'StrictModes no', // the test bed's folder is in /tmp
  'PasswordAuthentication no',
  'KbdInteractiveAuthentication no',
  'PermitRootLogin prohibit-password',
  'LogLevel VERBOSE',
  'MaxStartups 200',
]

const into = (host: Host): string[] => {
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid']
  return ['nsenter', '--target', String(host.initPid), ...namespaces]
}

/** The process that listens: the one started, or inside a host's PID namespace the one with our configuration. */
function listener(started: number, host: Host | undefined, folder: string): number {
  if (host === undefined) return started
  const ours = (pid: number): boolean => commandLine(pid).some((word) => word.startsWith(folder))
  return processesOf(host.initPid).find(ours) ?? started
}

/** sshd wants a user of its own to give up its rights to; where it was never installed there is none. */
async function writePasswd(folder: string): Promise<void> {
  const users = await readFile('/etc/passwd', 'utf8')
  const own = /^sshd:/m.test(users) ? '' : 'sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n'
  await writeFile(join(folder, 'passwd'), users + own)
}

async function makeRun(folder: string, libvirtSocket: string | undefined): Promise<void> {
  await mkdir(join(folder, 'run/sshd'), { recursive: true, mode: 0o755 })
  await mkdir(join(folder, 'run/libvirt'), { mode: 0o755 })
  if (libvirtSocket !== undefined) await symlink(libvirtSocket, join(folder, 'run/libvirt/libvirt-sock'))
}

/** An agent of SSH that holds `keys`; its socket's path. */
export async function startSshAgent(keys: readonly SshKey[]): Promise<AsyncDisposable & { readonly socket: string }> {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('agent'))
  const socket = join(folder.path, 'socket')
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'ssh-agent', '-D', '-a', socket], { stdio: 'ignore' })
  child.unref()
  const who = identify(child.pid!)
  if (who) folder.note({ kind: 'process', who })
  made.defer(() => (who === undefined ? undefined : endProcess(who)))
  const env = { ...process.env, SSH_AUTH_SOCK: socket }
  await until('the SSH agent', () => run('ssh-add', ['-D'], { env }))
  for (const { file } of keys) await run('ssh-add', ['-q', file], { env })
  const owned = made.move()
  return { socket, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
