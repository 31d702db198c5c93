import { messageOf } from '../base/errors.ts'
import { clusterPlace } from '../db/cluster/index.ts'
import { asCalled, calledFrom } from './as-called.ts'
import { places, readConfig } from './config.ts'
import type { Ending } from './end-process.ts'
import { setupError } from './errors.ts'
import { endLibvirt, runningDomains } from './libvirt-daemon.ts'
import { lockCopy } from './lock-copy.ts'
import type { SetupOptions } from './options.ts'
import { endController, endDatabase } from './processes.ts'
import { productUser } from './product-user.ts'
import { listed, stopOurVms } from './stop-vms.ts'

/** Ends what this copy of Floe started and nothing else. Virtual machines stay running and are named; with
 *  --stop-vms those of this copy are shut down first, gently. A Floe that does not answer is ended all the same. */
export async function down({ data, stopVms }: SetupOptions): Promise<void> {
  if (readConfig(data) === undefined) throw setupError('not_set_up', { data })
  await using _lock = await lockCopy(data)
  const say = (sentence: string): void => console.log(asCalled(sentence, calledFrom(data)))
  const user = productUser()
  if (stopVms)
    await stopOurVms(places(data).socket, say).catch((error: unknown) =>
      say(`No virtual machine was shut down: ${messageOf(error)}`),
    )
  const domains = await runningDomains(user)

  const said = [
    ...toldOf('Floe', await endController(data), places(data).controllerLog),
    ...toldOf('its database', await endDatabase(data), clusterPlace(data).logFile),
    ...(await endLibvirt(domains)),
  ]
  say(said.length === 0 ? 'Nothing of this Floe was running.' : `${said.join('; ')}.`)
  if (domains.length > 0)
    say(`Still running on this machine: ${listed(domains)}. Virtual machines do not need Floe to run.`)
}

/** How a process went, for a sentence. */
export function toldOf(what: string, ending: Ending, log: string): string[] {
  switch (ending) {
    case 'none':
      return []
    case 'ended':
      return [`${what} was ended`]
    case 'killed':
      return [`${what} did not end by itself and was killed (its log is ${log})`]
    case 'stuck':
      return [`${what} does not end, not even killed: it waits for the kernel, mostly for a disk (its log is ${log})`]
  }
}
