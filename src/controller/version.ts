import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Floe's version: of the package beside the sources, or beside the bundle. */
export const version: string = (() => {
  for (const at of ['../../package.json', 'package.json']) {
    try {
      return (JSON.parse(readFileSync(join(import.meta.dirname, at), 'utf8')) as { version: string }).version
    } catch {
      continue
    }
  }
  return 'unknown'
})()
