import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

import { places } from './config.ts'
import { buildSample, downloadSampleParts } from './sample/index.ts'

/** `keep sample --data DIR`: makes the sample's kernel and initial RAM disk in the data folder, as the product's user. */
export async function makeSample(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { data: { type: 'string' } } })
  const at = places(values.data ?? '')
  if (existsSync(join(at.sample, 'vmlinuz'))) return
  const packages = join(at.cache, 'packages')
  await buildSample({ ...(await downloadSampleParts(packages)), out: at.sample })
  await rm(packages, { recursive: true, force: true })
}
