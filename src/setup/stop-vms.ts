import { existsSync } from 'node:fs'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { setupError } from './errors.ts'
import { callLocal, followTask, problemOf, taskOf } from './local-api.ts'

type VmWords = { readonly id: string; readonly name: string; readonly state: string; readonly ours: boolean }

export const listed = (names: readonly string[]): string =>
  names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`

/** Shuts down every running VM of this copy, all at once, and says which did not follow.
 *  Errors: `controller_silent`, `call_refused`. */
export async function stopOurVms(socket: string, say: (sentence: string) => void): Promise<void> {
  if (!existsSync(socket))
    return say('Floe does not run, so no virtual machine was shut down. Start it with "floe up" first, or use virsh.')
  const vms = (await runningVms(socket)).filter((vm) => vm.ours)
  if (vms.length === 0) return
  say(`Shutting down ${listed(vms.map((vm) => vm.name))} …`)
  const outcomes = await Promise.allSettled(vms.map((vm) => stopVm(socket, vm)))
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.status === 'rejected') say(`  ${vms[index]!.name} stays running: ${messageOf(outcome.reason)}`)
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
    const reply = await callLocal(socket, 'GET', `/api/v1/vms?limit=500&state=running${from}`, undefined, 10_000)
    if (!isRecord(reply.body) || !Array.isArray(reply.body['items']))
      throw setupError('call_refused', { why: problemOf(reply) })
    vms.push(...(reply.body['items'] as VmWords[]))
    after = typeof reply.body['next'] === 'string' ? reply.body['next'] : undefined
  } while (after !== undefined)
  return vms
}
