import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { hasEnded, type Client, type Task } from '@floe/client'
import { WebSocket } from 'ws'

import { openClient } from '../src/cli/link/open-client.ts'
import { testDatabase } from '../src/db/testing.ts'
import { places, writeConfig } from '../src/setup/config.ts'
import { freePort } from './free-port.ts'
import { guestFiles } from './guest.ts'
import type { Host } from './host.ts'
import { endProcess, identify, type Identity } from './processes.ts'
import { scratch } from './scratch.ts'
import { until } from './until.ts'

export type ControllerOptions = {
  /** URL of an empty or a Floe database. Default: one of the test's own, removed with the controller. */
  readonly database?: string
  /** Adopted before `startController` answers. */
  readonly host?: Pick<Host, 'uri' | 'name'>
  /** Where its pool of images lies on the host. Default: a folder beside its data. */
  readonly imagesDir?: string
  /** The data folder, e.g. on a small disk. */
  readonly data?: string
  /** The marker of this copy of Floe; two controllers with two are two Floes. */
  readonly copy?: string
  readonly env?: Readonly<Record<string, string>>
  /** The bundle's floe.mjs instead of the source: what an administrator runs. */
  readonly bundle?: string
  /** Runs in this host's network, where its VMs' screens are on the loopback address, as on the machine itself. */
  readonly beside?: Pick<Host, 'initPid'>
}

/** A controller from source in a process of its own, with a database and a data folder of its own. */
export type Controller = AsyncDisposable & {
  readonly data: string
  /** The administrator's Unix socket. */
  readonly socket: string
  /** Where browsers would go: plain HTTP on loopback. */
  readonly url: string
  readonly database: string
  /** A client over the Unix socket: the local administrator. */
  readonly client: Client
  readonly pid: number
  /** Ends it by SIGKILL, between any two instructions. */
  kill(): Promise<void>
  /** Ends it as `floe down` does; answers its exit code. */
  stop(): Promise<number | null>
  /** Starts it (again) and waits until it serves. `killAt` names the point at which it kills itself. */
  start(options?: { readonly killAt?: string; readonly env?: Readonly<Record<string, string>> }): Promise<void>
  /** Resolves when the process has ended, whoever ended it. */
  ended(): Promise<void>
  /** Waits for a task's end and answers how it ended. Refuses none: the test looks at the state. Asks again and again,
   *  so that a test of the stream does not rest on the stream. */
  finish(task: Pick<Task, 'number'>): Promise<Task>
  log(): Promise<string>
}

/** Starts one and waits until /readyz says yes. */
export async function startController(options: ControllerOptions = {}): Promise<Controller> {
  await using made = new AsyncDisposableStack()
  const folder = made.use(await scratch('floe'))
  const data = options.data ?? join(folder.path, 'data')
  const at = places(data)
  for (const path of [at.run, at.log, at.sample]) await mkdir(path, { recursive: true, mode: 0o700 })
  const sample = await guestFiles()
  await copyFile(sample.kernel, join(at.sample, 'vmlinuz'))
  await copyFile(sample.initrd, join(at.sample, 'initrd.img'))
  const database = options.database ?? made.use(await testDatabase({ max: 1 })).url
  const listen = `127.0.0.1:${await freePort()}`
  const imagesDir = options.imagesDir ?? join(folder.path, 'images')
  writeConfig(data, { id: options.copy ?? randomUUID(), listen, pool: 'floe', imagesDir, database })

  const opened = openClient(
    { kind: 'local', data, socketPath: at.socket },
    { sockets: WebSocket, say: () => undefined },
  )
  made.defer(() => opened.close())
  let child: ChildProcess | undefined
  let who: Identity | undefined
  let exited: Promise<number | null> = Promise.resolve(null)

  async function start(how: { killAt?: string; env?: Readonly<Record<string, string>> } = {}): Promise<void> {
    const out = openSync(at.controllerLog, 'a')
    const main = options.bundle ?? join(import.meta.dirname, '../src/main.ts')
    const args = [
      '--pdeathsig',
      'KILL',
      ...(options.beside ? ['nsenter', '--target', String(options.beside.initPid), '--net'] : []),
      process.execPath,
      '--conditions=floe-source',
      main,
      'controller',
      '--data',
      data,
    ]
    const testing = { FLOE_TESTING: '1', ...(how.killAt !== undefined && { FLOE_KILL_AT: how.killAt }) }
    const env = { ...process.env, NODE_OPTIONS: '', ...testing, ...options.env, ...how.env }
    child = spawn('setpriv', args, { stdio: ['ignore', out, out], env, detached: true })
    closeSync(out)
    child.unref()
    const started = child
    exited = new Promise((resolve) => started.once('exit', resolve))
    who = identify(child.pid!)
    if (who) folder.note({ kind: 'process', who })
    await until('a controller that is ready', ready, 30_000).catch(async (cause: unknown) => {
      throw new Error(`The controller does not serve. Its log ends: ${(await log()).slice(-3000)}`, { cause })
    })
  }
  const ready = async () => {
    // One that killed itself during its start has served its purpose: the test looks at what it left.
    if (child?.exitCode !== null || child.signalCode !== null) return true
    return (await opened.client.ready({ signal: AbortSignal.timeout(2_000) })) !== undefined
  }
  const log = () => readFile(at.controllerLog, 'utf8').catch(() => '')
  const kill = async () => {
    if (who) await endProcess(who)
  }
  const finish = (task: Pick<Task, 'number'>): Promise<Task> =>
    until(
      `the end of task ${task.number}`,
      async () => {
        const state = await opened.client.getTask({ params: { task: String(task.number) } })
        return hasEnded(state) && state
      },
      120_000,
    )
  const adopt = async ({ uri, name }: { readonly uri: string; readonly name: string }): Promise<void> => {
    const answer = await opened.client.addHost({ body: { name, uri } })
    const ended = 'task' in answer && answer.task ? await finish(answer.task) : undefined
    if (ended && ended.state !== 'done') throw new Error(`Its task ended as ${ended.state}: ${ended.error?.message}`)
  }

  made.defer(kill)
  await start()
  if (options.host) {
    await adopt(options.host).catch(async (cause: unknown) => {
      throw new Error(`The host was not adopted. The controller's log ends: ${(await log()).slice(-3000)}`, { cause })
    })
  }
  const owned = made.move()
  return {
    data,
    socket: at.socket,
    url: `http://${listen}`,
    database,
    client: opened.client,
    get pid() {
      return who?.pid ?? 0
    },
    kill,
    start,
    stop: async () => {
      child?.ref()
      if (who) await endProcess(who, 'SIGTERM')
      return exited
    },
    ended: async () => {
      child?.ref()
      await exited
    },
    finish,
    log,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
