import { checkArrows } from '../arrows.ts'
import { checkDependencies } from '../dependencies.ts'
import type { Problems } from '../files.ts'
import { checkSizes } from '../size.ts'
import { runChild } from './children.ts'
import { checkTarballs } from './tarballs.ts'

/** One thing that is checked without running a test. `told` is said and never fails the run. */
export type Check = { readonly name: string; readonly told?: boolean; readonly run: () => Promise<Problems> | Problems }

/** The checks in the order of what is soonest known. */
export const checks: readonly Check[] = [
  { name: 'format', run: command('oxfmt', '--check') },
  { name: 'arrows', run: checkArrows },
  { name: 'file sizes', run: checkSizes },
  { name: 'dependencies', run: checkDependencies },
  { name: 'generated files', run: checkGenerated },
  { name: 'lint', run: command('oxlint', '--type-aware') },
  { name: 'types', run: command('tsc', '-b') },
  { name: 'unused code', run: command('knip', '--no-progress') },
  { name: 'packages as published', run: checkTarballs },
  // Needs the network, and what it finds came from outside, not with this change.
  {
    name: 'audit',
    told: true,
    run: command('npm', 'audit', '--omit=dev', '--fetch-timeout=10000', '--fetch-retries=0'),
  },
]

/** Fails with what the program printed. */
function command(program: string, ...args: string[]): () => Promise<Problems> {
  return async () => {
    const { code, output } = await runChild(program, args)
    return code === 0 ? [] : [output.trim()]
  }
}

/** What is made from the route table is committed, so that a change of the API is seen in review. */
async function checkGenerated(): Promise<Problems> {
  const { code, output } = await runChild(process.execPath, ['--conditions=floe-source', 'tools/openapi.ts', '--check'])
  return code === 0 ? [] : [output.trim()]
}
