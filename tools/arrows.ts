import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

import { projectFiles, root, tell, type Problems } from './files.ts'

/** The copy's settings, its certificate, which the controller renews while it runs, and what its sample boots with. */
const ownCopy = ['src/setup/config.ts', 'src/setup/certificate.ts', 'src/setup/sample/index.ts']

/** The arrows of the house: what each room may import. Nothing imports upwards, `controller` alone composes. A target
 *  may be a room or one file of it. */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/xml': [],
  'packages/libvirt': [],
  'packages/client': [],
  'src/base': [],
  'src/domain': ['packages/xml', 'src/base'],
  'src/images': ['src/base'],
  'src/api': ['src/base'],
  'src/db': ['src/base'],
  'src/tasks': ['src/db', 'src/base'],
  'src/controller': [
    ...['base', 'domain', 'images', 'api', 'db', 'tasks'].map((room) => `src/${room}`),
    'packages/xml',
    'packages/libvirt',
    ...ownCopy,
  ],
  'src/setup': ['src/base', 'src/db', 'src/domain', 'packages/client'],
  'src/ui': ['packages/client'],
  'src/cli': ['packages/client', 'src/base', 'src/setup/config.ts', 'src/setup/is-kept.ts'],
  'src/main.ts': ['src/controller/main.ts', 'src/setup/main.ts', 'src/setup/keep.ts', 'src/cli/main.ts'],
}

/** Rooms around the house: they may import all of it, and nothing of the house imports them. */
const around = ['testbed', 'bench', 'e2e', 'tools']

/** Files that are not shipped: tests and what only tests use. */
const isTest = (file: string): boolean => /\.test\.tsx?$|\/test(ing)?\/|\/testing\.ts$/.test(file)

export type Import = { readonly line: number; readonly specifier: string }

/** What `source` imports, from its text: `import … from`, `export … from`, `import '…'` and `import('…')`. */
export function importsOf(source: string): Import[] {
  const forms =
    /^[ \t]*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm
  return [...source.matchAll(forms)].map((match) => ({
    line: source.slice(0, match.index + match[0].lastIndexOf(match[1] ?? match[2]!)).split('\n').length,
    specifier: (match[1] ?? match[2])!,
  }))
}

/** Why `file` may not import `specifier`, or nothing. Paths from the root. */
export function arrowProblem(file: string, { line, specifier }: Import): string | undefined {
  const from = roomOf(file)
  const allowed = arrows[from]
  const target = targetOf(file, specifier)
  if (allowed === undefined || target === undefined) return undefined
  const to = roomOf(target)
  if (to === from || allowed.some((arrow) => arrow === to || arrow === target)) return undefined
  // A test of one room may run the whole product; one of a published package only what is published.
  if (isTest(file) && (from.startsWith('src/') || to === 'testbed' || to.startsWith('packages/'))) return undefined
  const may = allowed.length > 0 ? `may import only ${allowed.join(', ')}` : 'imports nothing of the product'
  return `${file}:${line} imports ${specifier}: the arrow ${from} → ${to} is not drawn, ${from} ${may}.`
}

/** `src/db/open-db.ts` is in `src/db`, `src/main.ts` is a room of its own, `testbed/host.ts` is in `testbed`. */
function roomOf(path: string): string {
  const [first, second] = path.split('/')
  return around.includes(first!) || second === undefined ? first! : `${first}/${second}`
}

/** The path that a specifier means, or nothing for what is not the product's: Node's own modules and dependencies. */
function targetOf(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(file), specifier))
  const [, name] = /^@floe\/([^/]+)/.exec(specifier) ?? []
  return name === undefined ? undefined : `packages/${name}`
}

/** Published packages may use only the dependencies that they declare: there is nothing else where they are installed. */
function undeclared(file: string, { line, specifier }: Import): string | undefined {
  const [, folder] = /^(packages\/[^/]+)\/src\//.exec(file) ?? []
  if (folder === undefined || isTest(file) || /^(\.|node:|@floe\/)/.test(specifier)) return undefined
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return name in dependencies
    ? undefined
    : `${file}:${line} imports ${name}, which ${folder}/package.json does not declare.`
}

/** Checks every import of the house. */
export function checkArrows(): Problems {
  const sources = projectFiles().filter((path) => /^(packages|src)\/.*\.tsx?$/.test(path))
  return sources.flatMap((file) =>
    importsOf(readFileSync(join(root, file), 'utf8')).flatMap((one) =>
      [arrowProblem(file, one), undeclared(file, one)].filter((problem) => problem !== undefined),
    ),
  )
}

if (import.meta.main) tell(checkArrows())
