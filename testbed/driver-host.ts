import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Target } from '@floe/libvirt'

import { endProcess, identify, type Identity } from './processes.ts'
import { run } from './run.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

export type DriverHostOptions = {
  readonly name?: string
  /** Defined (not started) domains to begin with: `d0` … . The test driver's own domain `test` is there besides. */
  readonly domains?: number
  /** Further lines of libvirtd.conf, e.g. `max_client_requests = 64`. */
  readonly libvirtdConf?: readonly string[]
}

/** A libvirtd that has only its built-in test driver: real protocol and events, no QEMU, 3 MiB, up in 0.1 s. */
export type DriverHost = AsyncDisposable & {
  readonly name: string
  readonly unixSocket: string
  /** For virsh and Floe: `test+unix:///default?socket=…`. */
  readonly uri: string
  readonly target: Target
  readonly pid: number
  virsh(...args: string[]): Promise<string>
  kill(): Promise<void>
  /** Starts it again. The test driver keeps its domains in memory: they are gone. */
  start(): Promise<void>
}

/** Starts one. Its state lives as long as some connection to `test:///default` is open (libvirt drops it with the last). */
export async function startDriverHost(options: DriverHostOptions = {}): Promise<DriverHost> {
  const { name = 'driver-1', domains = 0, libvirtdConf = [] } = options
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('driver'))
  const sockets = join(folder.path, 'run')
  await mkdir(sockets)
  const config = join(folder.path, 'libvirtd.conf')
  const log = join(folder.path, 'libvirtd.log')
  const fixed = [
    `unix_sock_dir = "${sockets}"`,
    'auth_unix_rw = "none"',
    `host_uuid = "${randomUUID()}"`,
    'listen_tls = 0',
  ]
  await writeFile(config, [...fixed, ...libvirtdConf, ''].join('\n'))
  const unixSocket = join(sockets, 'libvirt-sock')
  const uri = `test+unix:///default?socket=${unixSocket}`
  const virsh = (...args: string[]) => run('virsh', ['-c', uri, ...args])
  let daemon: Identity | undefined
  let shell: Shell | undefined

  async function start(): Promise<void> {
    await rm(unixSocket, { force: true })
    const out = openSync(log, 'a')
    const daemonArgs = ['libvirtd', '--config', config, '--pid-file', join(folder.path, 'pid')]
    const args = ['--pdeathsig', 'KILL', ...(process.getuid?.() === 0 ? ownRun(sockets) : []), ...daemonArgs]
    const env = { ...process.env, ...privateFolders(folder.path), LIBVIRT_DRIVER_DIR: '/nonexistent' }
    const child = spawn('setpriv', args, { stdio: ['ignore', out, out], env, detached: true })
    closeSync(out)
    child.unref()
    daemon = identify(child.pid!)
    if (daemon) folder.note({ kind: 'process', who: daemon })
    await until(`libvirt's test driver of ${name}`, () => virsh('version')).catch(async (cause: unknown) => {
      throw new Error(`The test driver's libvirtd does not answer. It said: ${await readFile(log, 'utf8')}`, { cause })
    })
    shell = openShell(uri)
    await shell.run(await domainCommands(folder.path, domains))
  }

  const kill = async () => {
    await shell?.end()
    if (daemon) await endProcess(daemon)
  }
  made.defer(kill)
  await start()
  const owned = made.move()
  return {
    name,
    unixSocket,
    uri,
    target: { uri: 'test:///default', via: { unix: unixSocket } },
    get pid() {
      return daemon?.pid ?? 0
    },
    virsh,
    kill,
    start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A virsh that stays connected: libvirt drops the test driver's domains when the last connection closes. */
type Shell = { run(commands: readonly string[]): Promise<void>; end(): Promise<void> }

function openShell(uri: string): Shell {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'virsh', '--quiet', '-c', uri], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const who = identify(child.pid!)
  let said = ''
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()))
  child.stdin.on('error', () => undefined) // it ends with its daemon
  child.unref()
  return {
    async run(commands) {
      const mark = randomUUID()
      child.stdin.write([...commands, `echo ${mark}`, ''].join('\n'))
      await until('the commands of virsh', () => said.includes(mark), 60_000)
      said = ''
    },
    end: async () => {
      if (who) await endProcess(who)
    },
  }
}

async function domainCommands(folder: string, count: number): Promise<string[]> {
  const commands: string[] = []
  for (let n = 0; n < count; n++) {
    const path = join(folder, `d${n}.xml`)
    const uuid = `d0d0d0d0-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
    const body = `<name>d${n}</name><uuid>${uuid}</uuid><memory unit='MiB'>256</memory><vcpu>1</vcpu><os><type>hvm</type></os>`
    await writeFile(path, `<domain type='test'>${body}</domain>`)
    commands.push(`define ${path}`)
  }
  return commands
}

/** Run by root, libvirtd would keep a token in the machine's /run. */
const ownRun = (folder: string): string[] => [
  'unshare',
  '--mount',
  '/bin/sh',
  '-c',
  'mount --bind "$0" /run && exec "$@"',
  folder,
]

/** Run by an ordinary user, libvirtd takes its folders from these. */
function privateFolders(folder: string): Record<string, string> {
  return { XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder }
}
