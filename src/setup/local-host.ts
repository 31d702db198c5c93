import { hostname } from 'node:os'

import { isRecord } from '../base/json.ts'
import { places } from './config.ts'
import { changeConfig } from './data-folder.ts'
import { setupError } from './errors.ts'
import { localUri } from './libvirt-daemon.ts'
import { callLocal, codeOf, followTask, isUnderWay, problemOf, taskOf, type LocalTask } from './local-api.ts'
import type { Setting } from './setting.ts'

/** What the machine can do as a host, in words. */
export type HostWords = { readonly name: string; readonly kvm: boolean; readonly why: string }

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

/** A host's name has a narrower alphabet than a machine's. */
const hostName = (): string =>
  hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63) || 'this-machine'

/** This machine among the hosts; nothing where somebody took it out. Errors: `call_refused`. */
export async function findLocalHost(data: string): Promise<HostWords | undefined> {
  const reply = await callLocal(places(data).socket, 'GET', '/api/v1/hosts?limit=500')
  if (reply.status !== 200 || !isRecord(reply.body)) throw setupError('call_refused', { why: problemOf(reply) })
  const hosts = reply.body['items'] as { name: string; uri: string; kvm: { works: boolean; why: string } }[]
  const host = hosts.find(({ uri }) => uri === localUri)
  return host && { name: host.name, kvm: host.kvm.works, why: host.kvm.why }
}
