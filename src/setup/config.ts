import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { isRecord } from '../base/json.ts'
import { setupError } from './errors.ts'

export { parseListen } from './listen-address.ts'

/** floe.json: what one copy of Floe is. Written by "floe up", read by everything that Floe starts. */
export type Config = {
  /** The marker of this copy in the metadata of the domains it runs. */
  readonly id: string
  /** ADDR:PORT for browsers; loopback is plain HTTP, any other HTTPS. */
  readonly listen: string
  readonly tls?: Tls
  /** The directory pool of this copy on each host, and its folder there. */
  readonly pool: string
  readonly imagesDir: string
  /** The URL of a PostgreSQL of somebody else's; without it Floe keeps its own. */
  readonly database?: string
  // What is done once in a copy's life: who undoes it does not get it back.
  /** This machine was added as a host. */
  readonly hostAdded?: boolean
  /** The sample was made. */
  readonly sampleMade?: boolean
  /** The administrator's one-time password was told; another one would make that one useless. */
  readonly passwordTold?: boolean
}

/** PEM files. `ca` is there where Floe's own authority made the certificate. */
export type Tls = { readonly cert: string; readonly key: string; readonly ca?: string }

/** The certificate of Floe's own authority: one file with its key, so that the two are replaced as one. */
export const ownTls = (data: string): Tls & { readonly ca: string } => {
  const { tls } = places(data)
  return { cert: join(tls, 'server.pem'), key: join(tls, 'server.pem'), ca: join(tls, 'ca.crt') }
}

/** The files and folders of one copy. */
export const places = (data: string) => ({
  data,
  config: join(data, 'floe.json'),
  app: join(data, 'app'),
  run: join(data, 'run'),
  log: join(data, 'log'),
  cache: join(data, 'cache'),
  sample: join(data, 'cache', 'sample'),
  tls: join(data, 'tls'),
  socket: join(data, 'run', 'floe.sock'),
  controllerPid: join(data, 'run', 'controller.pid'),
  keepControllerPid: join(data, 'run', 'keep-controller.pid'),
  keepPostgresPid: join(data, 'run', 'keep-postgres.pid'),
  controllerLog: join(data, 'log', 'controller.log'),
})

export type Places = ReturnType<typeof places>

/** The configuration of the copy in `data`, or nothing where there is none yet. Errors: `config_broken`. */
export function readConfig(data: string): Config | undefined {
  const file = places(data).config
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw setupError('config_unreadable', { file, why: (error as Error).message }, error)
  }
  return parseConfig(text, file)
}

/** `text` as a configuration; `file` is named in the refusal. */
export function parseConfig(text: string, file: string): Config {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw setupError('config_broken', { file, why: (error as Error).message }, error)
  }
  const fields = ['id', 'listen', 'pool', 'imagesDir']
  const bad = isRecord(value) ? fields.find((field) => typeof value[field] !== 'string') : 'everything'
  if (bad !== undefined) throw setupError('config_broken', { file, why: `"${bad}" is missing or no text` })
  return value as Config
}

/** Writes the configuration, whole or not at all. `mode` lets Floe's group read it where root writes it. */
export function writeConfig(data: string, config: Config, mode = 0o640): void {
  const file = places(data).config
  mkdirSync(data, { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(config, undefined, 2)}\n`)
  chmodSync(`${file}.new`, mode)
  renameSync(`${file}.new`, file)
}
