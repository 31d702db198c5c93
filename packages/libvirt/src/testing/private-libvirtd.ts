import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Target } from '../target.ts'

export type PrivateLibvirtd = AsyncDisposable & {
  /** `test:///default`: one simulated host, shared by every connection of this daemon. */
  readonly target: Target
  readonly socketPath: string
  readonly dir: string
  readonly pid: number
  /** Ends the daemon with a signal and waits until it is gone; `start` brings it back on the same socket. */
  kill(signal?: NodeJS.Signals): Promise<void>
  start(): Promise<void>
  log(): string
}

export type PrivateLibvirtdOptions = {
  /** Lines for libvirtd.conf, after this helper's own. */
  readonly config?: readonly string[]
  /** Default `/usr/sbin/libvirtd`. */
  readonly binary?: string
  /** Arguments, such as `--listen`. */
  readonly args?: readonly string[]
}

const startMs = 20_000

/** Starts a real libvirtd with nothing but its built-in test driver, in a directory of its own; needs no guest, no
 *  KVM and no namespaces, and touches no other libvirtd. Rejects with the daemon's own words where it does not start. */
export async function privateLibvirtd(options: PrivateLibvirtdOptions = {}): Promise<PrivateLibvirtd> {
  const dir = await mkdtemp(join(tmpdir(), 'floe-libvirtd-'))
  const daemon = new Daemon(dir, options)
  try {
    await daemon.prepare()
    await daemon.start()
    return daemon
  } catch (error) {
    await daemon[Symbol.asyncDispose]()
    throw error
  }
}

class Daemon implements PrivateLibvirtd {
  readonly dir: string
  readonly socketPath: string
  readonly target: Target
  readonly #options: PrivateLibvirtdOptions
  #child: ChildProcess | undefined
  #said = ''

  constructor(dir: string, options: PrivateLibvirtdOptions) {
    this.dir = dir
    this.#options = options
    this.socketPath = join(dir, 'run', 'libvirt-sock')
    this.target = { uri: 'test:///default', via: { unix: this.socketPath } }
  }

  get pid(): number {
    return this.#child?.pid ?? -1
  }

  log(): string {
    return this.#said
  }

  async prepare(): Promise<void> {
    await mkdir(join(this.dir, 'run'))
    const lines = [
      `unix_sock_dir = "${join(this.dir, 'run')}"`,
      'auth_unix_ro = "none"',
      'auth_unix_rw = "none"',
      'unix_sock_rw_perms = "0700"',
      'log_outputs = "3:stderr"',
      ...(this.#options.config ?? []),
    ]
    await writeFile(join(this.dir, 'libvirtd.conf'), `${lines.join('\n')}\n`)
  }

  async start(): Promise<void> {
    const { binary = '/usr/sbin/libvirtd', args = [] } = this.#options
    const files = ['-f', join(this.dir, 'libvirtd.conf'), '-p', join(this.dir, 'libvirtd.pid')]
    // The daemon must not outlive a test run that is killed: setpriv (util-linux) ties it to this process.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', binary, ...files, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // No driver modules: what is left is the test driver, which touches nothing of the machine.
      env: { ...process.env, LIBVIRT_DRIVER_DIR: '/nonexistent', XDG_RUNTIME_DIR: this.dir, XDG_CONFIG_HOME: this.dir },
    })
    child.stderr.on('data', (text: Buffer) => (this.#said = (this.#said + text.toString()).slice(-20_000)))
    child.on('error', (error) => (this.#said += String(error)))
    this.#child = child
    const deadline = Date.now() + startMs
    while (!(await answers(this.socketPath))) {
      if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline)
        throw new Error(`libvirtd did not start in ${this.dir}: ${this.#said}`)
      await pause(20)
    }
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await rm(this.dir, { recursive: true, force: true })
  }
}

function answers(path: string): Promise<boolean> {
  const socket = connect({ path })
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  }).then((up) => {
    socket.destroy()
    return up as boolean
  })
}
