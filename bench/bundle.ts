import { join } from 'node:path'

import { run } from '../testbed/run.ts'

const root = join(import.meta.dirname, '..')

/** Builds what `floe up` starts and answers its program. */
export async function buildBundle(): Promise<string> {
  await run(process.execPath, ['--conditions=floe-source', join(root, 'tools/build.ts')], {
    cwd: root,
    deadlineMs: 300_000,
  })
  return join(root, 'dist/app/floe.mjs')
}
