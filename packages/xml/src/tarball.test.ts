import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, test } from 'vitest'

const own = fileURLToPath(new URL('..', import.meta.url))
const bin = fileURLToPath(new URL('../../../node_modules/.bin/', import.meta.url))

test('the packed tarball has only built files and works without the sources', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'floe-xml-'))
  try {
    const run = (command: string, args: readonly string[], cwd = scratch): string =>
      execFileSync(command, args, { cwd, encoding: 'utf8', timeout: 120_000 })
    run(join(bin, 'tsc'), ['-p', 'tsconfig.build.json', '--outDir', join(scratch, 'package', 'dist')], own)
    for (const file of ['package.json', 'README.md']) cpSync(join(own, file), join(scratch, 'package', file))
    run(join(bin, 'npm'), ['pack', '--offline', '--pack-destination', scratch], join(scratch, 'package'))
    const installed = join(scratch, 'node_modules', '@floe', 'xml')
    mkdirSync(installed, { recursive: true })
    const tarball = readdirSync(scratch).find((name) => name.endsWith('.tgz'))!
    run('tar', ['-xzf', join(scratch, tarball), '--strip-components=1', '-C', installed])

    const files = readdirSync(installed, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.every((file) => /^(?:package\.json|README\.md|.*\.js|.*\.d\.ts)$/.test(file.name))).toBe(true)
    expect(files.some((file) => file.name.includes('.test.'))).toBe(false)
    const program = "import { parse } from '@floe/xml'; console.log(parse('<a  b=\"1\"/>').toString())"
    expect(run(process.execPath, ['--input-type=module', '--eval', program])).toBe('<a  b="1"/>\n')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}, 180_000)
