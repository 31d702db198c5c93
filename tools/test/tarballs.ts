import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { scratch } from '../../testbed/scratch.ts'
import { root, type Problems } from '../files.ts'
import { runChild } from './children.ts'

type Manifest = {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Record<string, string>
}

/** Builds and packs every published package, lints the packed file, and uses it as a stranger would: installed in an
 *  empty folder, imported by Node and read by TypeScript without the condition that development has. */
export async function checkTarballs(): Promise<Problems> {
  const problems: string[] = []
  for (const folder of readdirSync(join(root, 'packages'))) {
    const problem = await checkPackage(folder)
    if (problem !== undefined) problems.push(`packages/${folder}: ${problem}`)
  }
  return problems
}

async function checkPackage(folder: string): Promise<string | undefined> {
  await using stranger = await scratch('pack')
  const cwd = join(root, 'packages', folder)
  const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Manifest
  const build = await runChild('npm', ['run', 'build', '--silent'], { cwd })
  if (build.code !== 0) return `its build failed. ${build.output}`
  const pack = await runChild('npm', ['pack', '--silent', '--pack-destination', stranger.path], { cwd })
  const tarball = readdirSync(stranger.path).find((name) => name.endsWith('.tgz'))
  if (pack.code !== 0 || tarball === undefined) return `it cannot be packed. ${pack.output}`
  const lint = await runChild('publint', ['run', join(stranger.path, tarball), '--strict'])
  if (lint.code !== 0) return lint.output

  const installed = join(stranger.path, 'node_modules', manifest.name)
  mkdirSync(installed, { recursive: true })
  await runChild('tar', ['-xzf', join(stranger.path, tarball), '-C', installed, '--strip-components=1'])
  for (const name of [...Object.keys(manifest.dependencies ?? {}), '@types/node', 'undici-types'])
    link(name, stranger.path)
  return await useIt(manifest, stranger.path)
}

async function useIt({ name, exports }: Manifest, cwd: string): Promise<string | undefined> {
  const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'))
  const specifiers = entries.map((entry) => name + entry.slice(1))
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }\n')
  const uses = specifiers.map((specifier, n) => `import * as entry${n} from '${specifier}'`)
  const asks = specifiers.map(
    (_, n) => `if (Object.keys(entry${n}).length === 0) throw new Error('nothing is exported')`,
  )
  writeFileSync(join(cwd, 'use.ts'), [...uses, ...asks, ''].join('\n'))
  const ran = await runChild(process.execPath, ['use.ts'], { cwd })
  if (ran.code !== 0) return `its packed files cannot be imported. ${ran.output}`
  const settings = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: false,
  }
  const lib = ['es2024', 'esnext.disposable', 'esnext.iterator', 'dom', 'dom.asynciterable']
  writeFileSync(
    join(cwd, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...settings, lib }, files: ['use.ts'] }),
  )
  const typed = await runChild('tsc', ['-p', cwd], { cwd })
  const own = typed.output.split('\n').filter((line) => !/node_modules\/(@types|undici-types)\//.test(line))
  return typed.code === 0 || !own.some((line) => line.includes('error TS'))
    ? undefined
    : `its types do not stand alone. ${own.join('\n')}`
}

function link(name: string, into: string): void {
  const path = join(into, 'node_modules', name)
  mkdirSync(join(path, '..'), { recursive: true })
  symlinkSync(join(root, 'node_modules', name), path)
}
