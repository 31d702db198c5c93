import { existsSync, readFileSync, writeFileSync } from 'node:fs'

import { openapiDocument } from '../src/api/openapi.ts'
import { operationsFile } from './openapi/operations.ts'
import { typesFile } from './openapi/types.ts'

const root = new URL('../', import.meta.url)

/** Everything that is made from the route table, by its path from the root. */
export function generated(): Readonly<Record<string, string>> {
  const document = openapiDocument()
  return {
    'openapi.json': `${JSON.stringify(document, undefined, 2)}\n`,
    'packages/client/src/types.gen.ts': typesFile(document),
    'packages/client/src/operations.gen.ts': operationsFile(document),
  }
}

/** The paths whose committed text is not what the route table gives. */
export const stale = (): readonly string[] =>
  Object.entries(generated())
    .filter(([path, text]) => !existsSync(new URL(path, root)) || readFileSync(new URL(path, root), 'utf8') !== text)
    .map(([path]) => path)

if (import.meta.main) {
  const old = stale()
  if (process.argv.includes('--check')) {
    for (const path of old)
      console.error(`${path} is not what the route table gives. Run "node --conditions=floe-source tools/openapi.ts".`)
    process.exitCode = old.length > 0 ? 1 : 0
  } else {
    const files = generated()
    for (const path of old) writeFileSync(new URL(path, root), files[path]!)
    console.log(old.length > 0 ? `Written: ${old.join(', ')}` : 'Everything is current.')
  }
}
