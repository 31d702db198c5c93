import { chmodSync, chownSync, mkdirSync, readFileSync, rmdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'

import { messageOf } from '../base/errors.ts'
import { newId, type CopyId } from '../base/ids.ts'
import { keyFits } from './certificate-facts.ts'
import { ownTls, places, readConfig, writeConfig, type Config, type Tls } from './config.ts'
import { setupError } from './errors.ts'
import { isLoopback, formatListen, parseListen } from './listen-address.ts'
import type { SetupOptions } from './options.ts'
import { owning, type ProductUser } from './product-user.ts'

const defaultListen = '127.0.0.1:7070'
const defaultData = '/var/lib/floe'

/** Makes the data folder and what lies in it, each with its mode. Errors: `data_foreign`. */
export function makeDataFolder(data: string, user: ProductUser): void {
  const at = places(data)
  const made = makeTop(data, user)
  const owner = statSync(data).uid
  if (owner !== user.uid) throw setupError('data_foreign', { data, user: user.name })
  const folders: [string, number][] = [
    [data, user.switches ? 0o750 : 0o700],
    [at.run, 0o700],
    [at.log, 0o750],
    [at.app, 0o755],
    [at.cache, 0o755],
    [at.tls, 0o700],
  ]
  try {
    owning(user, () => {
      for (const [folder, mode] of folders) {
        mkdirSync(folder, { recursive: true, mode })
        chmodSync(folder, mode) // whatever the mask of who runs this
      }
    })
  } catch (error) {
    if (made) rmdirSync(data) // still empty: its user cannot reach it
    throw setupError('data_foreign', { data, user: user.name }, error)
  }
}

/** True when the folder was not there. */
function makeTop(data: string, user: ProductUser): boolean {
  try {
    const made = mkdirSync(data, { recursive: true, mode: 0o755 }) !== undefined
    if (made && user.switches) chownSync(data, user.uid, user.gid)
    return made
  } catch (error) {
    throw setupError('data_unmakable', { data, why: messageOf(error) }, error)
  }
}

/** What this copy is to be: what it was, with what was asked for now. Errors: `listen_wrong`, `tls_loopback`. */
export function nextConfig(before: Config | undefined, options: SetupOptions): Config {
  const listen = formatListen(parseListen(options.listen ?? before?.listen ?? defaultListen))
  const given =
    options.cert !== undefined && options.key !== undefined
      ? { cert: resolve(options.cert), key: resolve(options.key) }
      : undefined
  const loopback = isLoopback(parseListen(listen))
  if (loopback && given) throw setupError('tls_loopback', { listen })
  const { tls: _, ...base }: Config = before ?? { ...newCopy(options.data), listen }
  return loopback ? { ...base, listen } : { ...base, listen, tls: given ?? givenBefore(before) ?? ownTls(options.data) }
}

/** A certificate of the administrator's stays until another is given; Floe's own is named anew. */
const givenBefore = (before: Config | undefined): Tls | undefined =>
  before?.tls?.ca === undefined ? before?.tls : undefined

/** Copies beside the machine's first one get names of their own on the hosts, from their id. */
function newCopy(data: string): Omit<Config, 'listen' | 'tls'> {
  const id = newId<CopyId>()
  const pool = data === defaultData ? 'floe' : `floe-${id.slice(-8)}`
  return { id, pool, imagesDir: `/var/lib/libvirt/images/${pool}` }
}

/** Writes the configuration if it differs from what is there; true if it did. */
export function saveConfig(data: string, config: Config, user: ProductUser): boolean {
  const changed = JSON.stringify(readConfig(data)) !== JSON.stringify(config)
  if (changed) owning(user, () => writeConfig(data, config, user.switches ? 0o640 : 0o600))
  return changed
}

/** Writes `change` into the configuration as it is now. */
export function changeConfig(data: string, user: ProductUser, change: Partial<Config>): void {
  const current = readConfig(data)
  if (current !== undefined) saveConfig(data, { ...current, ...change }, user)
}

/** A given certificate must be readable by who serves with it, and fit its key. Errors: `tls_unreadable`,
 *  `tls_mismatch`. */
export function checkTls(config: Config, user: ProductUser): void {
  if (!config.tls || config.tls.ca !== undefined) return
  const { cert, key } = config.tls
  const read = (file: string): string => {
    try {
      return owning(user, () => readFileSync(file, 'utf8')) // access(2) would ask about root
    } catch (error) {
      throw setupError('tls_unreadable', { file, user: user.name, why: messageOf(error) }, error)
    }
  }
  const [pem, secret] = [read(cert), read(key)]
  let fits: boolean
  try {
    fits = keyFits(pem, secret)
  } catch (error) {
    throw setupError('tls_wrong', { cert, key, why: messageOf(error) }, error)
  }
  if (!fits) throw setupError('tls_mismatch', { cert, key })
}
