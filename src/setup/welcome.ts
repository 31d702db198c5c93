import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../base/errors.ts'
import { isRecord } from '../base/json.ts'
import { places } from './config.ts'
import { changeConfig } from './data-folder.ts'
import { setupError } from './errors.ts'
import { callLocal, codeOf, followTask, taskOf } from './local-api.ts'
import type { Outcome } from './perform.ts'
import { asPart } from './processes.ts'
import { complaint, runCommand } from './run-command.ts'
import type { Setting } from './setting.ts'

/** Downloads and makes the sample guest's parts. Floe without its sample is still Floe: what went wrong is said. */
export async function makeSampleParts({ data, app, user }: Setting): Promise<string> {
  const ran = await runCommand(asPart(app, user, 'keep', 'sample', '--data', data), { withinMs: 1_200_000 })
  return ran.status === 0 ? 'downloaded and made' : `left out: ${complaint(ran)}`
}

/** Makes and starts the sample VM, once: who deletes it does not want it back with every start. */
export async function makeWelcome({ data, user }: Setting): Promise<Outcome> {
  if (!existsSync(join(places(data).sample, 'vmlinuz'))) return { words: 'left out, there is no sample guest' }
  try {
    const { name, how } = await createWelcome(places(data).socket)
    changeConfig(data, user, { sampleMade: true })
    return { words: `${name} ${how}`, sample: name }
  } catch (error) {
    return { words: `left out: ${messageOf(error)}` }
  }
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
