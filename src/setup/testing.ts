import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** Runs the shell entry. dash where there is one: it is the strictest. */
export const entry = (...args: string[]) => spawnSync(join(root, 'floe'), args, { encoding: 'utf8', input: '' })
/** The same for a `script` that uses the entry's functions. */
export const parts = (script: string, env: NodeJS.ProcessEnv = {}) => {
  const scratch = mkdtempSync(join(tmpdir(), 'floe-entry-'))
  const sources = ['say', 'wishes', 'node', 'packages', 'people', 'port', 'facts', 'plan', 'help']
    .map((part) => `. "$root/setup/${part}.sh"`)
    .join('\n')
  const program = `set -eu\nroot=${root}\n${sources}\n${script}`
  try {
    return spawnSync('sh', ['-c', program], { encoding: 'utf8', env: { ...process.env, TMPDIR: scratch, ...env } })
  } finally {
    rmSync(scratch, { recursive: true })
  }
}
