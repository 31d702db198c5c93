import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { clusterPlace, isAccepting } from '../db/cluster/index.ts'
import { removeOldApps } from './app-copy.ts'
import { places } from './config.ts'
import { saveConfig } from './data-folder.ts'
import { setupError } from './errors.ts'
import { callLocal } from './local-api.ts'
import { asPart, endController, runningOf, startKeeper, waitFor } from './processes.ts'
import { complaint, runCommand } from './run-command.ts'
import type { Setting } from './setting.ts'

/** Starts the database of this copy, made first where there is none. Errors: `not_started`. */
export async function startDatabase({ data, app, user }: Setting): Promise<string> {
  const place = clusterPlace(data)
  const made = existsSync(join(place.folder, 'PG_VERSION'))
  if (runningOf(data).keepPostgres === undefined) startKeeper('postgres', data, app, user)
  await waitFor('The database', () => isAccepting(place), join(places(data).log, 'keep.log'), 120_000)
  return made ? 'started' : 'made and started'
}

/** Starts the controller, instead of the one that runs if there is one. The new settings are written between the two: a
 *  run that is killed leaves either the old one running with the old ones or none. Errors: `not_started`. */
export async function startController(setting: Setting): Promise<string> {
  const { data, app, user, config } = setting
  if (config.tls?.ca !== undefined) await makeOwnCertificate(setting)
  const before = await endController(data)
  if (before === 'stuck') throw setupError('not_ended', { log: places(data).controllerLog })
  saveConfig(data, config, user)
  startKeeper('controller', data, app, user)
  await waitReady(data)
  removeOldApps(data, app, user)
  if (before === 'none') return 'started'
  return before === 'killed' ? 'started anew; the one before did not end by itself and was killed' : 'started anew'
}

async function makeOwnCertificate({ data, app, user, config }: Setting): Promise<void> {
  const ran = await runCommand(asPart(app, user, 'keep', 'certificate', '--data', data, '--listen', config.listen))
  if (ran.status !== 0) throw setupError('call_refused', { why: complaint(ran) })
}

/** Waits until the controller answers. Errors: `not_started`. */
export const waitReady = (data: string): Promise<void> =>
  waitFor(
    'Floe',
    async () =>
      (await callLocal(places(data).socket, 'GET', '/readyz', undefined, 5000).catch(() => undefined))?.status === 200,
    places(data).controllerLog,
    120_000,
  )
