import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { projectFiles, root, tell, type Problems } from './files.ts'

const list = 'docs/dependencies.md'

type Manifest = Partial<
  Record<'dependencies' | 'devDependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string>>
>

/** A line of docs/dependencies.md: | name | why | size | licence |. */
export type Line = { readonly name: string; readonly why: string; readonly size: string; readonly licence: string }

/** The lines of the tables in `text`, without their heads. */
export function parseLines(text: string): Line[] {
  const rows = text.split('\n').map((line) => /^\| `([^`]+)` \|([^|]*)\|([^|]*)\|([^|]*)\|$/.exec(line))
  return rows.flatMap((row) =>
    row ? [{ name: row[1]!, why: row[2]!.trim(), size: row[3]!.trim(), licence: row[4]!.trim() }] : [],
  )
}

/** What does not agree between the manifests' names and the lines; `licenceOf` answers what a package says of itself. */
export function dependencyProblems(
  names: readonly string[],
  lines: readonly Line[],
  licenceOf: (name: string) => string | undefined,
): string[] {
  const told = new Map(lines.map((line) => [line.name, line]))
  const missing = names.filter((name) => !told.has(name))
  const gone = lines.filter((line) => !names.includes(line.name))
  const other = lines.filter(({ name, licence }) => (licenceOf(name) ?? licence) !== licence)
  const bare = lines.filter(({ why, size, licence }) => why === '' || size === '' || licence === '')
  return [
    ...missing.map((name) => `${list} has no line for ${name}: say why, its size and its licence.`),
    ...gone.map(({ name }) => `${list} has a line for ${name}, which no package.json asks for any more.`),
    ...other.map(
      ({ name, licence }) => `${list} says ${licence} for ${name}, which says ${licenceOf(name)} of itself.`,
    ),
    ...bare.map(({ name }) => `${list} says too little of ${name}: why, size and licence are needed.`),
  ]
}

/** Checks that each dependency of every package.json has its line. */
export function checkDependencies(): Problems {
  const manifests = projectFiles().filter((path) => /(^|\/)package\.json$/.test(path) && !path.includes('fixtures'))
  const names = manifests.flatMap((path) => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = readManifest(path)
    return Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies, ...peerDependencies })
  })
  const outside = [...new Set(names)].filter((name) => !name.startsWith('@floe/'))
  const path = join(root, list)
  if (!existsSync(path)) return [`${list} is missing: every dependency has its line there.`]
  return dependencyProblems(outside, parseLines(readFileSync(path, 'utf8')), licenceOf)
}

function licenceOf(name: string): string | undefined {
  const path = join(root, 'node_modules', name, 'package.json')
  // A package for another architecture is not installed here.
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { license?: string }).license : undefined
}

const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest

if (import.meta.main) tell(checkDependencies())
