import { access } from 'node:fs/promises'
import { join } from 'node:path'

import { isKept } from '../../setup/is-kept.ts'
import { CliError, exitCode } from '../exit.ts'
import type { Io } from '../io.ts'
import { parseAddress } from './address.ts'
import { readCredentials, type Credential } from './credentials.ts'

/** Which Floe a run speaks to: the copy on this machine over its socket, or one elsewhere with a login. */
export type Target =
  | { readonly kind: 'local'; readonly data: string; readonly socketPath: string }
  | { readonly kind: 'remote'; readonly url: string; readonly credential: Credential }

export type Wanted = { readonly data?: string | undefined; readonly url?: string | undefined }

/** What is said wins (`--data`, `--url`, FLOE_URL), then the last login, then the copy of this machine. */
export async function chooseTarget(io: Io, wanted: Wanted): Promise<Target> {
  if (wanted.data !== undefined && wanted.url !== undefined) {
    throw new CliError(exitCode.usage, '--data and --url name two Floes. Leave one out.')
  }
  if (wanted.data !== undefined) return local(wanted.data)
  const said = wanted.url ?? (io.env['FLOE_URL'] || undefined)
  const credentials = await readCredentials(io)
  const url = said === undefined ? credentials.current : parseAddress(said)
  if (url !== undefined) return remote(io, url, credentials.at[url])
  const target = local(defaultData(io))
  // One that ended and is started again has no socket for a moment.
  if (isKept(target.data) || (await exists(target.socketPath))) return target
  throw new CliError(
    exitCode.notReachable,
    `No Floe runs here (${target.socketPath} is not there) and you are not logged in to another. "floe up" starts one; "floe login URL" goes to another.`,
  )
}

/** Where a copy of Floe keeps its data when nothing else is said. */
export const defaultData = (io: Pick<Io, 'uid' | 'env' | 'home'>): string =>
  io.uid === 0 ? '/var/lib/floe' : join(io.env['XDG_STATE_HOME'] || join(io.home, '.local', 'state'), 'floe')

const local = (data: string) => ({ kind: 'local', data, socketPath: join(data, 'run', 'floe.sock') }) as const

function remote(io: Io, url: string, kept: Credential | undefined): Target {
  const token = io.env['FLOE_TOKEN']
  if (token) return { kind: 'remote', url, credential: { ...kept, user: kept?.user ?? 'token', token } }
  if (kept) return { kind: 'remote', url, credential: kept }
  throw new CliError(exitCode.notLoggedIn, `You are not logged in to ${url}. "floe login ${url}" does it.`)
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    // A socket that may not be seen may well be there: opening it says so in its own words.
    (error: NodeJS.ErrnoException) => error.code === 'EACCES',
  )
