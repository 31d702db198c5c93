import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

import type { Target } from '@floe/libvirt'

import { keepCapabilities, recallCapabilities } from './capabilities-cache.ts'
import { makeHostFolders, writeHostFiles } from './host-files.ts'
import { startNetwork, type Network, type Port } from './network.ts'
import { makeAuthority, makeLeaf, type Authority } from './pki.ts'
import { childOf, commandLine, endProcess, identify, processesOf } from './processes.ts'
import { run, type RunOptions } from './run.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

export type HostOptions = {
  /** Its host name. Default `host-1`. */
  readonly name?: string
  /** Reachable over the network with TLS too, not only over its Unix socket. Takes 0.3 s more. */
  readonly tls?: boolean
  /** The network to join, when several hosts have to reach each other. Default: one of its own. */
  readonly network?: Network
  /** The authority that all hosts and the controller trust. Default: one of its own. */
  readonly authority?: Authority
  /** An existing folder for images, e.g. a small disk's. Default: one in the host's own folder. */
  readonly images?: string
  /** Whom QEMU runs as. Default root; `libvirt-qemu` is what Debian does. */
  readonly qemuUser?: 'root' | 'libvirt-qemu'
  readonly libvirtdConf?: readonly string[]
  readonly qemuConf?: readonly string[]
}

export type TlsAccess = {
  readonly host: string
  readonly port: number
  /** Paths of PEM files: the authority and the controller's own certificate and key. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** A folder with the three under the names that libvirt's `pkipath=` expects. */
  readonly pkipath: string
  /** `qemu+tls://…` with the pkipath, as virsh and Floe take it. */
  readonly uri: string
  /** What `dial` of @floe/libvirt takes. */
  readonly target: Target
  /** The plug: takes the cable out and puts it back. */
  readonly plug: Port
}

/** A real libvirtd with QEMU on a machine of its own, as far as namespaces can make one. */
export type Host = AsyncDisposable & {
  readonly name: string
  /** libvirtd's socket; the same path inside the host and outside. */
  readonly unixSocket: string
  /** `qemu+unix:///system?socket=…`, as virsh and Floe take it. */
  readonly uri: string
  readonly target: Target
  readonly tls: TlsAccess | undefined
  readonly initPid: number
  /** Where its files lie; `etc` and `run` in it are its /etc/libvirt and its /run. */
  readonly folder: string
  /** A folder that has the same path inside and outside. */
  readonly imagesDir: string
  /** A libvirt network with a bridge and no addresses, always there. */
  readonly network: 'lab'
  libvirtdPid(): number | undefined
  qemuPid(domain: string): number | undefined
  /** Runs virsh on the host and answers what it printed. */
  virsh(...args: string[]): Promise<string>
  /** Runs any program inside the host. */
  inside(program: string, args: readonly string[], options?: RunOptions): Promise<string>
  killLibvirtd(): Promise<void>
  startLibvirtd(): Promise<void>
  restartLibvirtd(): Promise<void>
  /** Everything on the host is gone at once, as if its cable had been pulled. */
  powerCut(): Promise<void>
  /** Starts the host again, with the disks and definitions it had. */
  powerOn(): Promise<void>
  /** What libvirtd wrote into its log. */
  log(): Promise<string>
}

/** Starts a host; up in 1–3 s. Needs root. Dies with this process, even by SIGKILL; its folder goes by `await using`. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  if (process.getuid?.() !== 0) throw new Error('A test host needs namespaces, hence root: run the tests as root.')
  const { name = 'host-1', tls = false, qemuUser = 'root', libvirtdConf = [], qemuConf = [] } = options
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('host'))
  const imagesDir = options.images ?? join(folder.path, 'images')
  await mkdir(imagesDir, { recursive: true, mode: 0o755 })
  const network = tls ? (options.network ?? made.use(await startNetwork())) : undefined
  const authority = tls ? (options.authority ?? (await makeAuthority(folder.path))) : undefined

  const unixSocket = join(folder.path, 'run/libvirt/libvirt-sock')
  const uri = `qemu+unix:///system?socket=${unixSocket}`
  const daemonArgs = tls ? ['--listen'] : []
  const uuid = randomUUID()
  let access: TlsAccess | undefined
  let init = 0

  async function powerOn(): Promise<void> {
    await rm(join(folder.path, 'run'), { recursive: true, force: true }) // a host's /run does not outlive its power
    await makeHostFolders(folder.path)
    await recallCapabilities(folder.path, qemuUser)
    const log = openSync(join(folder.path, 'log/init.log'), 'a')
    // The namespace dies with its unshare, and unshare with this process: nothing survives a killed test run.
    const args = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--uts', '--ipc', '--net', '--pid', '--fork']
    args.push('--kill-child', '--mount-proc', '/bin/sh', join(import.meta.dirname, 'host-init.sh'), folder.path, name)
    const child = spawn('setpriv', [...args, ...daemonArgs], {
      stdio: ['pipe', log, log],
      detached: true,
      env: hostEnv,
    })
    closeSync(log)
    child.unref()
    const outer = identify(child.pid!)
    if (outer) folder.note({ kind: 'process', who: outer })
    init = await until(`the first process of ${name}`, () => leader(child.pid!))
    let tlsAddress: string | undefined
    if (network && authority) {
      const port = await network.join(init)
      access = await makeAccess(folder.path, { name, authority, port, controller: network.address })
      tlsAddress = port.address
    }
    await writeHostFiles(folder.path, { uuid, qemuUser, libvirtdConf, qemuConf, ...(tlsAddress && { tlsAddress }) })
    child.stdin!.end('go\n')
    await ready()
    await keepCapabilities(folder.path, qemuUser)
  }

  async function powerCut(): Promise<void> {
    const processes = processesOf(init).map(identify)
    const who = identify(init)
    if (who) await endProcess(who)
    for (const gone of processes) if (gone) await endProcess(gone)
    await access?.plug[Symbol.asyncDispose]()
  }

  async function ready(): Promise<void> {
    try {
      await until(`libvirt of ${name}`, () => run('virsh', ['-c', uri, 'version'], { deadlineMs: 5_000 }), 30_000)
    } catch (cause) {
      const said = await readFile(join(folder.path, 'log/init.log'), 'utf8').catch(() => '')
      throw new Error(`libvirt of the test host ${name} does not answer. Its start said: ${said.slice(-2000)}`, {
        cause,
      })
    }
    const allCores = `0-${availableParallelism() - 1}`
    await run('taskset', ['--all-tasks', '--cpu-list', '--pid', allCores, String(libvirtdPid())])
  }
  const enter = (program: string, args: readonly string[], more: RunOptions = {}) =>
    run('nsenter', ['--target', String(init), '--mount', '--uts', '--ipc', '--net', '--pid', program, ...args], {
      env: hostEnv,
      ...more,
    })
  const libvirtdPid = () => processesOf(init).find((pid) => commandLine(pid)[0]?.endsWith('libvirtd'))
  const killLibvirtd = async () => {
    const who = identify(libvirtdPid() ?? 0)
    if (who) await endProcess(who)
  }
  const startLibvirtd = async () => {
    await enter('taskset', [
      '--cpu-list',
      '0',
      'libvirtd',
      '--daemon',
      '--pid-file',
      '/run/libvirtd.pid',
      ...daemonArgs,
    ])
    await ready()
  }

  made.defer(powerCut)
  await powerOn()
  const owned = made.move()
  return {
    name,
    unixSocket,
    uri,
    target: { uri: 'qemu:///system', via: { unix: unixSocket } },
    get tls() {
      return access
    },
    get initPid() {
      return init
    },
    folder: folder.path,
    imagesDir,
    network: 'lab',
    libvirtdPid,
    qemuPid: (domain) =>
      processesOf(init).find((pid) => commandLine(pid).some((word) => word.startsWith(`guest=${domain},`))),
    virsh: (...args) => run('virsh', ['-c', uri, ...args]),
    inside: enter,
    killLibvirtd,
    startLibvirtd,
    restartLibvirtd: async () => {
      await killLibvirtd()
      await startLibvirtd()
    },
    powerCut,
    powerOn,
    log: () => readFile(join(folder.path, 'log/libvirt/libvirtd.log'), 'utf8').catch(() => ''),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const hostEnv = {
  PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
}

/** unshare's child, once it is in a PID namespace of its own. */
function leader(unshare: number): number | undefined {
  const child = childOf(unshare)
  return child !== undefined && !processesOf(child).includes(unshare) ? child : undefined
}

async function makeAccess(
  folder: string,
  of: { name: string; authority: Authority; port: Port; controller: string },
): Promise<TlsAccess> {
  const { name, authority, port, controller } = of
  const pkipath = join(folder, 'pki')
  await mkdir(pkipath, { recursive: true })
  const server = await makeLeaf(authority, name, [port.address])
  const client = await makeLeaf(authority, 'controller', [controller])
  const copies: readonly [from: string, to: string][] = [
    [authority.ca, 'etc/pki/ca-cert.pem'],
    [server.cert, 'etc/pki/server-cert.pem'],
    [server.key, 'etc/pki/server-key.pem'],
    [server.cert, 'etc/pki/client-cert.pem'],
    [server.key, 'etc/pki/client-key.pem'],
    [authority.ca, 'pki/cacert.pem'],
    [client.cert, 'pki/clientcert.pem'],
    [client.key, 'pki/clientkey.pem'],
  ]
  for (const [from, to] of copies) await copyFile(from, join(folder, to))
  const text = (name: string) => readFile(join(pkipath, `${name}.pem`), 'utf8')
  return {
    host: port.address,
    port: 16514,
    ca: join(pkipath, 'cacert.pem'),
    cert: join(pkipath, 'clientcert.pem'),
    key: join(pkipath, 'clientkey.pem'),
    pkipath,
    uri: `qemu+tls://${port.address}/system?pkipath=${pkipath}`,
    target: {
      uri: 'qemu:///system',
      via: {
        tls: {
          host: port.address,
          ca: await text('cacert'),
          cert: await text('clientcert'),
          key: await text('clientkey'),
        },
      },
    },
    plug: port,
  }
}
