import { closeSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { copyApp } from './app-copy.ts'
import { calledFrom } from './as-called.ts'
import { places, readConfig, type Config } from './config.ts'
import { changeConfig, checkTls, makeDataFolder, nextConfig, saveConfig } from './data-folder.ts'
import { setupError } from './errors.ts'
import { farewell } from './farewell.ts'
import { ensureLibvirt } from './libvirt-daemon.ts'
import { parseListen } from './listen-address.ts'
import { callLocal, codeOf, problemOf } from './local-api.ts'
import { addLocalHost, seeLocalHost } from './local-host.ts'
import { lockCopy } from './lock-copy.ts'
import type { SetupOptions } from './options.ts'
import { perform, type Outcome, type Work } from './perform.ts'
import { hasStep, parsePlan, type ProgramStep } from './plan.ts'
import { checkPort } from './port-holder.ts'
import { runningOf } from './processes.ts'
import { productUser } from './product-user.ts'
import type { Setting } from './setting.ts'
import { startController, startDatabase, waitReady } from './start-floe.ts'
import { stayUntilEnded } from './stay.ts'
import { makeSampleParts, makeWelcome } from './welcome.ts'

/** Brings this copy of Floe up by the plan that the person saw, and says how to reach it. What a killed run left half
 *  done is in the next run's plan. */
export async function up(options: SetupOptions): Promise<void> {
  const lasting = await bringUp(options)
  releaseEntryLock()
  if (lasting && !options.detach) await stayUntilEnded(options)
}

/** True when Floe was started. Nobody else changes this copy meanwhile. */
async function bringUp(options: SetupOptions): Promise<boolean> {
  const { data } = options
  const plan = parsePlan(options.plan)
  const starts = hasStep(plan, 'floe')
  const user = productUser()
  // Before the folder is made: a refusal leaves nothing behind.
  if (starts) await checkStart(nextConfig(readConfig(data), options), { data, user })
  makeDataFolder(data, user)
  await using _lock = await lockCopy(data)
  const before = readConfig(data)
  const config = before === undefined || starts ? nextConfig(before, options) : before
  if (before === undefined) saveConfig(data, config, user)

  const setting: Setting = { data, user, config, app: copyApp(data, user) }
  const given = await perform(plan, workOf(setting), (text) => process.stdout.write(text))
  if (!starts) await waitReady(data)
  const host = await seeLocalHost(data)
  const { detach } = options
  const did = starts ? 'started' : plan.steps.length > 0 ? 'added to' : 'nothing'
  console.log(farewell({ config, host, did, detach, called: calledFrom(data), ...given }))
  // Only now has somebody seen it.
  if (hasStep(plan, 'password')) changeConfig(data, user, { passwordTold: true })
  return starts
}

/** Refuses what Floe could not be served with. */
async function checkStart(config: Config, { data, user }: Pick<Setting, 'data' | 'user'>): Promise<void> {
  checkTls(config, user)
  const at = parseListen(config.listen)
  await checkPort(at).catch((error: unknown) => allowOwnPort(error, runningOf(data).controller))
}

/** The controller that has the port now may be our own, about to be started anew on it. */
function allowOwnPort(error: unknown, controller: number | undefined): void {
  const holder = controller === undefined ? undefined : `process ${controller} `
  if (holder === undefined || !messageOf(error).includes(holder)) throw error
}

/** Each step of the program: its title and its doing. */
function workOf(setting: Setting): Readonly<Record<ProgramStep, Work>> {
  const saying = (title: string, work: (setting: Setting) => Promise<string>): Work => ({
    title,
    run: async () => ({ words: await work(setting) }),
  })
  return {
    libvirt: saying('libvirt', ({ user }) => ensureLibvirt(user)),
    database: saying('Database', startDatabase),
    'sample-parts': saying('Sample guest', makeSampleParts),
    floe: saying('Floe', startController),
    host: saying('This machine as a host', addLocalHost),
    'sample-vm': { title: 'Sample virtual machine', run: () => makeWelcome(setting) },
    password: { title: 'Administrator', run: () => giveOneTimePassword(setting.data) },
  }
}

/** The administrator's one-time password, unless they have chosen their own. */
async function giveOneTimePassword(data: string): Promise<Outcome> {
  const reply = await callLocal(places(data).socket, 'POST', '/api/v1/users/admin/one-time-password', {})
  if (codeOf(reply) === 'password_chosen') return { words: 'has a password' }
  if (reply.status >= 300 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
  return { words: 'gets a one-time password', password: String(reply.body['password']) }
}

/** The shell entry keeps a second "up" waiting by a lock on its descriptor 9. Where it had to go through sg, that
 *  number is something of Node's own by now: closing it would end this process. */
function releaseEntryLock(): void {
  const lock = join(process.env['FLOE_ROOT'] ?? '', 'package-lock.json')
  try {
    if (readlinkSync('/proc/self/fd/9') === lock) closeSync(9)
  } catch {
    // no such descriptor: there is no lock to give back
  }
}
