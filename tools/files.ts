import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The clone's folder. */
export const root = join(import.meta.dirname, '..')

/** Every file that is or would be committed, by its path from the root. */
export function projectFiles(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const all = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 }).split('\0')
  return [...new Set(all)].filter((path) => path !== '' && existsSync(join(root, path))).sort()
}

/** What a check found: one sentence a problem, with the file it is in. Empty: passed. */
export type Problems = readonly string[]

/** Prints problems and sets the exit code, for a check that is started by hand. */
export function tell(problems: Problems): void {
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length > 0 ? 1 : 0
}
