import { closeSync, existsSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { clusterPlace, isAccepting } from '../db/cluster/index.ts'
import { copyApp, removeOldApps, type App } from './app-copy.ts'
import { places, readConfig, type Config } from './config.ts'
import { checkTls, makeDataFolder, nextConfig, saveConfig } from './data-folder.ts'
import { down } from './down.ts'
import { setupError } from './errors.ts'
import { farewell } from './farewell.ts'
import { ensureLibvirt, localUri } from './libvirt-daemon.ts'
import { parseListen } from './listen-address.ts'
import { callLocal, codeOf, followTask, problemOf, taskOf } from './local-api.ts'
import type { SetupOptions } from './options.ts'
import { checkPort } from './port-holder.ts'
import { asPart, endController, isRunning, programOf, runningOf, startKeeper, waitFor } from './processes.ts'
import { defaultFolder, productUser, type ProductUser } from './product-user.ts'
import { complaint, runCommand } from './run-command.ts'
import { steps, type Steps } from './steps.ts'

type Setting = {
  readonly data: string
  readonly user: ProductUser
  readonly app: App
  readonly config: Config
  readonly steps: Steps
}

/** Brings this copy of Floe up and says how to reach it. What runs already is left running, unless it is another
 *  build or has another address; what a killed run left half done is done again. */
export async function up(options: SetupOptions): Promise<void> {
  const { data } = options
  const user = productUser()
  makeDataFolder(data, user)
  const config = nextConfig(readConfig(data), options)
  checkTls(config, user)
  const before = runningOf(data)
  const same = JSON.stringify(readConfig(data)) === JSON.stringify(config)
  if (!isRunning(before) || !same)
    await checkPort(parseListen(config.listen)).catch((error: unknown) => allowOwnPort(error, before.controller))
  saveConfig(data, config, user)

  const app = copyApp(data, user)
  const numbered = steps(
    (text) => process.stdout.write(text),
    Number(process.env['FLOE_STEP'] ?? 0),
    Number(process.env['FLOE_STEPS'] ?? 7),
  )
  const setting: Setting = { data, user, app, config, steps: numbered }
  const started = await start(setting, before, same)
  const host = await addHost(setting)
  const sample = options.sample ? await makeWelcome(setting) : undefined
  const password = await oneTimePassword(setting)
  const folder = data === defaultFolder(user) ? {} : { data }
  console.log(farewell({ config, host, password, sample, ours: started, detach: options.detach, ...folder }))
  releaseLock()
  if (started && !options.detach) await stayUntilEnded(options)
}

/** The controller that has the port now may be our own, about to be started anew on it. */
function allowOwnPort(error: unknown, controller: number | undefined): void {
  const holder = controller === undefined ? undefined : `process ${controller} `
  if (holder === undefined || !messageOf(error).includes(holder)) throw error
}

/** True when something had to be started. */
async function start(setting: Setting, before: ReturnType<typeof runningOf>, sameConfig: boolean): Promise<boolean> {
  const { data, user, app, config } = setting
  const at = places(data)
  await setting.steps.run(
    'libvirt',
    () => ensureLibvirt(user),
    (how) => how,
  )
  await setting.steps.run(
    'Database',
    () => startDatabase(setting),
    (how) => how,
  )
  await setting.steps.run(
    'Sample guest',
    () => prepareSample(setting),
    (how) => how,
  )
  return setting.steps.run(
    'Floe',
    async () => {
      const current = before.controller !== undefined && programOf(before.controller) === app.program
      if (isRunning(before) && current && sameConfig) return waitReady(at.socket, at.controllerLog).then(() => false)
      await endController(data)
      if (config.tls?.ca !== undefined) await ownCertificate(setting)
      startKeeper('controller', data, app, user)
      await waitReady(at.socket, at.controllerLog)
      removeOldApps(data, app, user)
      return true
    },
    (anew) => (anew ? 'started' : 'runs already'),
  )
}

async function startDatabase({ data, app, user, config }: Setting): Promise<string> {
  if (config.database !== undefined) return 'another machine’s, by floe.json'
  const { keepPostgres } = runningOf(data)
  if (keepPostgres !== undefined && isAccepting(clusterPlace(data))) return 'runs already'
  const made = existsSync(join(clusterPlace(data).folder, 'PG_VERSION'))
  startKeeper('postgres', data, app, user)
  await waitFor('The database', () => isAccepting(clusterPlace(data)), join(places(data).log, 'keep.log'), 120_000)
  return made ? 'started' : 'made and started'
}

/** Floe without its sample is still Floe: what went wrong is said and the rest goes on. */
async function prepareSample({ data, app, user }: Setting): Promise<string> {
  if (existsSync(join(places(data).sample, 'vmlinuz'))) return 'there'
  const make = () => runCommand(asPart(app, user, 'keep', 'sample', '--data', data), { withinMs: 1_200_000 })
  const ran = await make()
  return ran.status === 0 ? 'downloaded and made' : `left out: ${complaint(ran)}`
}

async function ownCertificate({ data, app, user, config }: Setting): Promise<void> {
  const ran = await runCommand(asPart(app, user, 'keep', 'certificate', '--data', data, '--listen', config.listen))
  if (ran.status !== 0) throw setupError('call_refused', { why: complaint(ran) })
}

const waitReady = (socket: string, log: string): Promise<void> =>
  waitFor(
    'Floe',
    async () => (await callLocal(socket, 'GET', '/readyz', undefined, 5000).catch(() => undefined))?.status === 200,
    log,
    120_000,
  )

/** What the machine can do as a host, in words. */
export type HostWords = { readonly name: string; readonly kvm: boolean; readonly why: string }

async function addHost({ data, steps: numbered }: Setting): Promise<HostWords> {
  const { socket } = places(data)
  return numbered.run(
    'This machine as a host',
    async () => {
      const reply = await callLocal(socket, 'POST', '/api/v1/hosts', { name: hostName(), uri: localUri })
      if (codeOf(reply) !== 'host_taken') await followTask(socket, taskOf(reply), 120_000)
      return localHost(socket)
    },
    (host) => (host.kvm ? 'KVM works' : `no KVM: ${host.why}`),
  )
}

/** A host's name has a narrower alphabet than a machine's. */
const hostName = (): string =>
  hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63) || 'this-machine'

async function localHost(socket: string): Promise<HostWords> {
  const reply = await callLocal(socket, 'GET', '/api/v1/hosts?limit=500')
  if (reply.status !== 200 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
  const hosts = reply.body['items'] as { name: string; uri: string; kvm: { works: boolean; why: string } }[]
  const host = hosts.find(({ uri }) => uri === localUri)
  if (host === undefined)
    throw setupError('call_refused', {
      why: 'This machine is not among the hosts although it was added. Run "floe up" again.',
    })
  return { name: host.name, kvm: host.kvm.works, why: host.kvm.why }
}

/** Answers the sample's name when it is made or found by this run. */
async function makeWelcome(setting: Setting): Promise<string | undefined> {
  const { data, config, user } = setting
  let made: string | undefined
  await setting.steps
    .run(
      'Sample virtual machine',
      async () => {
        // Once: who deletes the sample does not want it back with every start.
        if (config.sampleMade) return 'was made before'
        if (!existsSync(join(places(data).sample, 'vmlinuz'))) return 'left out, there is no sample guest'
        const { name, how } = await createWelcome(places(data).socket)
        made = name
        saveConfig(data, { ...config, sampleMade: true }, user)
        return `${name} ${how}`
      },
      (how) => how,
    )
    .catch((error: unknown) => console.log(`      ${messageOf(error)}`))
  return made
}

async function createWelcome(socket: string): Promise<{ readonly name: string; readonly how: string }> {
  for (let n = 1; n < 100; n++) {
    const name = n === 1 ? 'welcome' : `welcome-${n}`
    const reply = await callLocal(socket, 'POST', '/api/v1/vms', { name, from: 'sample', start: true })
    if (codeOf(reply) === 'name_taken') {
      if (await isOurSample(socket, name)) return { name, how: 'is there' }
      continue
    }
    await followTask(socket, taskOf(reply), 300_000)
    return { name, how: 'is running' }
  }
  throw setupError('call_refused', {
    why: 'Every name from welcome to welcome-99 is taken. Create one with "floe vm create NAME --from sample --start".',
  })
}

/** A run that was killed after the sample was made finds it again by what it is, not by its name alone. */
async function isOurSample(socket: string, name: string): Promise<boolean> {
  const { body } = await callLocal(socket, 'GET', `/api/v1/vms/${name}`)
  return isRecord(body) && body['sample'] === true && body['ours'] === true
}

/** The administrator's one-time password, until they have chosen their own. */
async function oneTimePassword({ data, steps: numbered }: Setting): Promise<string | undefined> {
  return numbered.run(
    'Administrator',
    async () => {
      const reply = await callLocal(places(data).socket, 'POST', '/api/v1/users/admin/one-time-password', {})
      if (codeOf(reply) === 'password_chosen') return undefined
      if (reply.status >= 300 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
      return String(reply.body['password'])
    },
    (password) => (password === undefined ? 'has a password' : 'gets a one-time password'),
  )
}

/** The shell entry keeps a second "up" waiting by a lock on its descriptor 9. Where it had to go through sg, that
 *  number is something of Node's own by now: closing it would end this process. */
function releaseLock(): void {
  const lock = join(process.env['FLOE_ROOT'] ?? '', 'package-lock.json')
  try {
    if (readlinkSync('/proc/self/fd/9') === lock) closeSync(9)
  } catch {
    // no such descriptor: there is no lock to give back
  }
}

/** Until Ctrl-C, or until the terminal goes; then what was started ends as with "floe down". */
async function stayUntilEnded(options: SetupOptions): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => undefined, 1 << 30) // nothing else keeps this process
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        clearInterval(timer)
        resolve()
      })
    }
  })
  console.log()
  await down(options)
}
