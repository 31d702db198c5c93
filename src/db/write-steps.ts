import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

/** The text of steps.gen.ts: the bundle has no folder of SQL files beside it, so the steps travel as a module. */
export function stepsModule(folder: URL = new URL('steps/', import.meta.url)): string {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const rows = files.map((file) => {
    const [, number, name] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
    if (name === undefined) throw new Error(`${file} is not named NNNN-name.sql.`)
    const sql = readFileSync(new URL(file, folder), 'utf8')
    return `  { number: ${Number(number)}, name: '${name}', sql: ${JSON.stringify(sql)} },\n`
  })
  return `// Made from steps/*.sql by "node src/db/write-steps.ts".\nexport const steps = [\n${rows.join('')}] as const\n`
}

if (import.meta.main) writeFileSync(new URL('steps.gen.ts', import.meta.url), stepsModule())
