import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { isRecord } from '../../base/json.ts'
import { CliError, exitCode } from '../exit.ts'
import type { Io } from '../io.ts'

/** One login: who, with which token, and whose certificates are believed there. */
export type Credential = {
  readonly user: string
  readonly token: string
  /** PEM of the authority that was confirmed or given at login. */
  readonly ca?: string
}

export type Credentials = {
  /** The address that is used when none is said: the last login. */
  readonly current: string | undefined
  readonly at: Readonly<Record<string, Credential>>
}

const none: Credentials = { current: undefined, at: {} }

const credentialsPath = (io: Io): string =>
  join(io.env['XDG_CONFIG_HOME'] || join(io.home, '.config'), 'floe', 'credentials.json')

export async function readCredentials(io: Io): Promise<Credentials> {
  const path = credentialsPath(io)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    throw new CliError(exitCode.failed, `${path} cannot be read: ${(error as Error).message}.`, error)
  }
  return parseCredentials(text, path)
}

function parseCredentials(text: string, path: string): Credentials {
  const broken = () =>
    new CliError(exitCode.failed, `${path} is not what Floe wrote. Delete it and log in again with "floe login URL".`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (!isRecord(value) || !isRecord(value['at'])) throw broken()
  for (const one of Object.values(value['at'])) {
    if (!isRecord(one) || typeof one['token'] !== 'string' || typeof one['user'] !== 'string') throw broken()
  }
  const current = typeof value['current'] === 'string' ? value['current'] : undefined
  return { current, at: value['at'] as Credentials['at'] }
}

/** Written beside and renamed, so that a killed login leaves the old file; only the user can read it. */
export async function writeCredentials(io: Io, credentials: Credentials): Promise<void> {
  const path = credentialsPath(io)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.${process.pid}`
  try {
    await writeFile(fresh, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
    await chmod(fresh, 0o600)
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw new CliError(exitCode.failed, `The login was not kept: ${path}: ${(error as Error).message}.`, error)
  }
}
