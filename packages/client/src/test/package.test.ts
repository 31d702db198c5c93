import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

const own = fileURLToPath(new URL('../..', import.meta.url))
const bin = fileURLToPath(new URL('../../../../node_modules/.bin/', import.meta.url))

test("the README's example is the one that is compiled", () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  expect(read('../../README.md')).toContain(`\`\`\`ts\n${read('readme-example.ts').trim()}\n\`\`\``)
})

test('the package depends on nothing', () => {
  const manifest = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')) as Record<string, unknown>
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies'])
    expect(manifest[kind]).toBeUndefined()
  const sources = readdirSync(join(own, 'src')).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  for (const name of sources) {
    const imported = readFileSync(join(own, 'src', name), 'utf8').matchAll(/from '([^']+)'/g)
    for (const [, from] of imported) expect(from).toMatch(/^\.\//)
  }
})

test('the packed tarball has only built files and works without the sources', { timeout: 180_000 }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'floe-client-'))
  try {
    const run = (command: string, args: readonly string[], cwd = scratch): string =>
      execFileSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000, stdio: 'pipe' })
    run(join(bin, 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', join(scratch, 'package', 'dist')], own)
    for (const file of ['package.json', 'README.md']) cpSync(join(own, file), join(scratch, 'package', file))
    run(
      join(bin, 'npm'),
      ['pack', '--offline', '--ignore-scripts', '--pack-destination', scratch],
      join(scratch, 'package'),
    )
    const installed = join(scratch, 'node_modules', '@floe', 'client')
    mkdirSync(installed, { recursive: true })
    const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'))!
    run('tar', ['-xzf', join(scratch, tarball), '--strip-components=1', '-C', installed])

    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.filter((file) => !/^(?:package\.json|README\.md|.*\.js|.*\.d\.ts)$/.test(file.name))).toEqual([])
    expect(files.some((file) => file.name.includes('.test.'))).toBe(false)
    const program =
      "import { createClient, hasEnded } from '@floe/client'; console.log(typeof createClient({ baseUrl: 'http://x' }).listVms, hasEnded({ state: 'done' }))"
    expect(run(process.execPath, ['--input-type=module', '--eval', program])).toBe('function true\n')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})
