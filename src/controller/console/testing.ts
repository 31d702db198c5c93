import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

import { WebSocket, type RawData } from 'ws'

import { toBuffer } from './peer.ts'

/** A QEMU without a guest, whose screen is a VNC server with or without a password. */
export type Screen = AsyncDisposable & { readonly port: number; setPassword(password: string): Promise<void> }

export async function startScreen(options: { readonly password?: string } = {}): Promise<Screen> {
  const stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'floe-screen-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const monitor = join(folder, 'qmp')
  const vnc = `127.0.0.1:0,to=500${options.password === undefined ? '' : ',password=on'}`
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      '-S',
      '-accel',
      'tcg',
      '-m',
      '16',
      '-nodefaults',
      '-vga',
      'std',
      '-vnc',
      vnc,
      '-qmp',
      `unix:${monitor},server=on,wait=off`,
    ],
    { stdio: 'ignore' },
  )
  stack.defer(async () => {
    if (qemu.exitCode !== null || qemu.signalCode !== null) return
    const ended = once(qemu, 'exit')
    qemu.kill('SIGKILL')
    await ended
  })
  const socket = await connected(monitor)
  stack.defer(() => void socket.destroy())
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]()
  const ask = async (execute: string, args: object = {}): Promise<Record<string, unknown>> => {
    socket.write(JSON.stringify({ execute, arguments: args }))
    for (;;) {
      const { value } = (await lines.next()) as { value: string }
      const said = JSON.parse(value) as Record<string, unknown>
      if ('return' in said) return said['return'] as Record<string, unknown>
      if ('error' in said) throw new Error(value)
    }
  }
  await lines.next()
  await ask('qmp_capabilities')
  const setPassword = async (password: string): Promise<void> =>
    void (await ask('set_password', { protocol: 'vnc', password }))
  if (options.password !== undefined) await setPassword(options.password)
  const { service } = await ask('query-vnc')
  return { port: Number(service), setPassword, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** QEMU makes its monitor after it was started; tried until it is there. */
async function connected(path: string): Promise<Socket> {
  for (let tries = 0; tries < 500; tries++) {
    const socket = connect(path)
    try {
      await once(socket, 'connect')
      return socket
    } catch {
      await wait(20)
    }
  }
  throw new Error('QEMU did not start.')
}

/** The host's end of a serial console: what a guest writes and reads, as a local socket. */
export type Guest = AsyncDisposable & {
  /** A new stream to it, as libvirt would open one. */
  open(): Promise<Socket>
  /** Streams that are open, newest last. */
  readonly ends: readonly Socket[]
  readonly opened: number
}

export async function startGuest(): Promise<Guest> {
  const ends: Socket[] = []
  let opened = 0
  const server = createServer((socket) => {
    ends.push(socket)
    socket.on('error', () => {})
    socket.once('close', () => ends.splice(ends.indexOf(socket), 1))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    ends,
    get opened() {
      return opened
    },
    open: async () => {
      const accepted = once(server, 'connection')
      const socket = connect(port, '127.0.0.1')
      await Promise.all([once(socket, 'connect'), accepted])
      opened++
      return socket
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A page's end of a console: what came, and how it ended. */
export class Page {
  readonly socket: WebSocket
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  #chunks: Buffer[] = []
  #size = 0
  #texts: string[] = []
  #wake = Promise.withResolvers<void>()
  #isClosed = false

  constructor(url: string, headers: Record<string, string>, first?: string) {
    this.socket = new WebSocket(url, { headers, perMessageDeflate: false })
    const { promise, resolve } = Promise.withResolvers<{ code: number; reason: string }>()
    this.closed = promise
    this.socket.on('error', () => {})
    this.socket.once('open', () => first !== undefined && this.socket.send(first))
    this.socket.on('message', (data: RawData, isBinary) => {
      if (isBinary) {
        this.#chunks.push(toBuffer(data))
        this.#size += this.#chunks.at(-1)!.length
      } else this.#texts.push(toBuffer(data).toString())
      this.#stir()
    })
    this.socket.once('close', (code, reason) => {
      this.#isClosed = true
      resolve({ code, reason: String(reason) })
      this.#stir()
    })
  }

  #stir(): void {
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  async #until(enough: () => boolean, what: string): Promise<void> {
    while (!enough()) {
      if (this.#isClosed) throw new Error(`The socket closed before ${what}.`)
      await this.#wake.promise
    }
  }

  /** The next message as JSON: ready, or the refusal. */
  async said(): Promise<{ ready?: boolean; error?: { code: string; title: string } }> {
    await this.#until(() => this.#texts.length > 0, 'it said something')
    return JSON.parse(this.#texts.shift()!) as { ready?: boolean }
  }

  #all(): Buffer {
    if (this.#chunks.length !== 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!
  }

  async bytes(count: number): Promise<Buffer> {
    await this.#until(() => this.#size >= count, `${count} bytes`)
    const all = this.#all()
    this.#chunks = [all.subarray(count)]
    this.#size -= count
    return all.subarray(0, count)
  }

  /** Everything so far, once it holds `text`, to its end. */
  async textTo(text: string): Promise<string> {
    await this.#until(() => this.#all().includes(text), `"${text}"`)
    return (await this.bytes(this.#all().indexOf(text) + Buffer.byteLength(text))).toString()
  }

  send(data: Buffer | string): void {
    this.socket.send(data)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.close()
    await this.closed
  }
}
