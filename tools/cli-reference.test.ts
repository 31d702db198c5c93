import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { cliReference } from './cli-reference.ts'

test('the reference of the command line is what the verbs say', async () => {
  const committed = readFileSync(new URL('../docs/reference/cli.md', import.meta.url), 'utf8')
  expect(committed, 'run "node --conditions=floe-source tools/cli-reference.ts"').toBe(await cliReference())
})
