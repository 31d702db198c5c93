import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Floe's version: beside the bundle, or of the package that the sources are. */
export const version: string = (() => {
  const beside = join(import.meta.dirname, 'version')
  if (existsSync(beside)) return readFileSync(beside, 'utf8').trim()
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  return version
})()
