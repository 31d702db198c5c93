import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A folder that outlives test runs, for what is slow to get and safe to keep. Everything in it can be deleted. */
export function cacheFolder(name: string): string {
  const path = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'floe-testbed', name)
  mkdirSync(path, { recursive: true })
  return path
}
