import { hostname } from 'node:os'

import { systemClock } from '../base/clock.ts'
import { isRecord } from '../base/json.ts'
import { places } from './config.ts'
import { changeConfig } from './data-folder.ts'
import { setupError } from './errors.ts'
import { localUri } from './libvirt-daemon.ts'
import { callLocal, codeOf, followTask, isUnderWay, problemOf, taskOf, type LocalTask } from './local-api.ts'
import type { Setting } from './setting.ts'

/** What the machine can do as a host, in words; `silent`: why its libvirt does not answer, where it does not. */
export type HostWords = {
  readonly name: string
  readonly kvm: boolean
  readonly why: string
  readonly silent?: string
}

/** Adds this machine as a host: Floe makes its pool there and tries KVM with a guest. Errors: `call_refused`. */
export async function addLocalHost({ data, user }: Setting): Promise<string> {
  const { socket } = places(data)
  await endOfEarlier(socket)
  const reply = await callLocal(socket, 'POST', '/api/v1/hosts', { name: hostName(), uri: localUri })
  if (codeOf(reply) !== 'host_taken') await followTask(socket, taskOf(reply), 300_000)
  changeConfig(data, user, { hostAdded: true })
  const host = await findLocalHost(data)
  if (host === undefined) return 'added'
  return host.kvm ? 'KVM works' : `no KVM: ${host.why}`
}

/** A run that was killed leaves its task at work, with this machine's address locked. How that ends is its own matter:
 *  what it did not do is done again. */
async function endOfEarlier(socket: string): Promise<void> {
  const { body } = await callLocal(socket, 'GET', '/api/v1/tasks?limit=100')
  const tasks =
    isRecord(body) && Array.isArray(body['items']) ? (body['items'] as (LocalTask & { kind: string })[]) : []
  for (const task of tasks.filter(({ kind, state }) => kind === 'host.add' && isUnderWay(state)))
    await followTask(socket, task, 300_000).catch(() => undefined)
}

type LocalHost = {
  readonly name: string
  readonly uri: string
  readonly state: string
  readonly reason: string | null
  readonly kvm: { readonly works: boolean; readonly why: string }
}

/** A host's name has a narrower alphabet than a machine's. */
const hostName = (): string =>
  hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63) || 'this-machine'

/** This machine as a host, when the controller has found it as it is now: whoever looks at the VMs next sees their
 *  states. Waits 5 s for that; a libvirt that is silent for longer is no reason for "up" to fail. Nothing where somebody
 *  took it out. Errors: `call_refused`. */
export async function seeLocalHost(data: string): Promise<HostWords | undefined> {
  const end = performance.now() + 5000
  while (true) {
    const host = await findLocalHost(data)
    if (host?.silent === undefined || performance.now() > end) return host
    await systemClock.sleep(50)
  }
}

async function findLocalHost(data: string): Promise<HostWords | undefined> {
  const reply = await callLocal(places(data).socket, 'GET', '/api/v1/hosts?limit=500')
  if (reply.status !== 200 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
  const hosts = reply.body['items'] as LocalHost[]
  const host = hosts.find(({ uri }) => uri === localUri)
  if (host === undefined) return undefined
  const { name, kvm, state, reason } = host
  return { name, kvm: kvm.works, why: kvm.why, ...(state !== 'up' && { silent: reason ?? 'no answer yet' }) }
}
