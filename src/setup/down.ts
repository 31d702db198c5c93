import { existsSync } from 'node:fs'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { places, readConfig } from './config.ts'
import { setupError } from './errors.ts'
import { endLibvirt, runningDomains } from './libvirt-daemon.ts'
import { callLocal, followTask, taskOf } from './local-api.ts'
import type { SetupOptions } from './options.ts'
import { endController, endDatabase } from './processes.ts'
import { productUser } from './product-user.ts'

type VmWords = { readonly id: string; readonly name: string; readonly state: string; readonly ours: boolean }

/** Ends what this copy of Floe started and nothing else. Virtual machines stay running and are named; with
 *  --stop-vms those of this copy are shut down first, gently. */
export async function down({ data, stopVms }: SetupOptions): Promise<void> {
  if (readConfig(data) === undefined) throw setupError('not_set_up', { data })
  const user = productUser()
  if (stopVms) await stopOurVms(places(data).socket)
  const domains = await runningDomains(user)

  const said: string[] = []
  if (await endController(data)) said.push('Floe was ended')
  if (await endDatabase(data)) said.push('its database was ended')
  said.push(...(await endLibvirt(domains)))
  console.log(said.length === 0 ? 'Nothing of this Floe was running.' : `${said.join('; ')}.`)
  if (domains.length > 0)
    console.log(`Still running on this machine: ${listed(domains)}. Virtual machines do not need Floe to run.`)
}

const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`

/** Shuts down every running VM of this copy, all at once, and says which did not follow. */
async function stopOurVms(socket: string): Promise<void> {
  if (!existsSync(socket))
    return console.log(
      'Floe does not run, so no virtual machine was shut down. Start it with "floe up" first, or use virsh.',
    )
  const vms = (await runningVms(socket)).filter((vm) => vm.ours)
  if (vms.length === 0) return
  console.log(`Shutting down ${listed(vms.map((vm) => vm.name))} …`)
  const outcomes = await Promise.allSettled(vms.map((vm) => stopVm(socket, vm)))
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') console.log(`  ${vms[index]!.name} stays running: ${messageOf(outcome.reason)}`)
  }
}

async function stopVm(socket: string, vm: VmWords): Promise<void> {
  const reply = await callLocal(socket, 'POST', `/api/v1/vms/${vm.id}/shutdown`, {})
  await followTask(socket, taskOf(reply), 180_000)
}

async function runningVms(socket: string): Promise<VmWords[]> {
  const vms: VmWords[] = []
  let after: string | undefined
  do {
    const from: string = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const { body } = await callLocal(socket, 'GET', `/api/v1/vms?limit=500&state=running${from}`)
    if (!isRecord(body) || !Array.isArray(body['items'])) return vms
    vms.push(...(body['items'] as VmWords[]))
    after = typeof body['next'] === 'string' ? body['next'] : undefined
  } while (after !== undefined)
  return vms
}
