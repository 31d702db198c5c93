import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { shellWord } from '../base/shell-word.ts'
import { asCalled, calledFrom } from './as-called.ts'
import { parseConfig, readConfig, writeConfig, type Config } from './config.ts'
import { checkTls, nextConfig } from './data-folder.ts'
import { farewell } from './farewell.ts'
import { parseOptions } from './options.ts'
import { perform, type Work } from './perform.ts'
import { parsePlan, programSteps, type ProgramStep } from './plan.ts'
import { inWords } from './status.ts'

const options = (...args: string[]) => parseOptions('up', ['--data', '/var/lib/floe', ...args])
const config: Config = { id: 'x', listen: '127.0.0.1:7070', pool: 'floe', imagesDir: '/images' }

test('options that do not fit together are refused before anything is done', () => {
  expect(() => options('--bogus')).toThrow('was not understood')
  expect(() => options('--cert', 'a.pem')).toThrow('belong together')
  expect(() => parseOptions('up', [])).toThrow('--data is missing')
  expect(() => parseOptions('up', ['--data', `/${'x'.repeat(80)}`])).toThrow('too long')
  expect(() => nextConfig(undefined, options('--cert', 'a', '--key', 'b'))).toThrow('plain HTTP')
})

test('the first copy of a machine has the plain names, every other one names of its own', () => {
  expect(nextConfig(undefined, options())).toMatchObject({ listen: '127.0.0.1:7070', pool: 'floe' })
  const second = nextConfig(undefined, parseOptions('up', ['--data', '/srv/two']))
  expect(second.pool).toMatch(/^floe-[0-9a-f]{8}$/)
  expect(second.imagesDir).toBe(`/var/lib/libvirt/images/${second.pool}`)
})

test('an address that was chosen stays, and leaving loopback brings a certificate', () => {
  const open = nextConfig(config, options('--listen', '0.0.0.0:7443'))
  expect(open).toMatchObject({ id: 'x', listen: '0.0.0.0:7443', tls: { ca: '/var/lib/floe/tls/ca.crt' } })
  expect(nextConfig(open, options())).toEqual(open)
  const given = nextConfig(open, options('--cert', '/c.pem', '--key', '/k.pem'))
  expect(given.tls).toEqual({ cert: '/c.pem', key: '/k.pem' })
  expect(nextConfig(given, options())).toEqual(given)
  expect(nextConfig(given, options('--listen', '127.0.0.1:7070')).tls).toBeUndefined()
})

test('the configuration is read back as it was written, and a broken one names the file', () => {
  const data = mkdtempSync(join(tmpdir(), 'floe-config-'))
  try {
    expect(readConfig(data)).toBeUndefined()
    writeConfig(data, config)
    expect(readConfig(data)).toEqual(config)
    expect(statSync(join(data, 'floe.json')).mode & 0o777).toBe(0o640)
    writeFileSync(join(data, 'floe.json'), '{"id":')
    expect(() => readConfig(data)).toThrow(`${data}/floe.json is no configuration of Floe`)
  } finally {
    rmSync(data, { recursive: true })
  }
  for (const text of ['null', '[]', '7', '{}', '{"id":1}', '{"id":"x","listen":"y"}']) {
    expect(() => parseConfig(text, 'floe.json')).toThrow('is no configuration of Floe')
  }
})

const words = {
  config,
  host: { kvm: false, why: 'There is no /dev/kvm.' },
  password: 'secret',
  did: 'started',
  detach: true,
  machine: 'box',
  person: 'root',
  called: { entry: './floe', data: undefined },
} as const

test('the last words hold the address, the way from afar, the password and what is slow', () => {
  const said = farewell(words)
  for (const part of [
    'http://127.0.0.1:7070',
    'ssh -L 7070:127.0.0.1:7070 root@box',
    '--listen 0.0.0.0:7070',
    'secret',
    'There is no /dev/kvm.',
    './floe down ends it',
  ])
    expect(said).toContain(part)
  expect(farewell({ ...words, detach: false })).toContain('Ctrl-C ends Floe')
  expect(farewell({ ...words, did: 'nothing' })).toContain('running already; nothing was changed')
  expect(farewell({ ...words, did: 'added to', detach: false })).toContain('./floe down ends it')
  const { password: _, ...again } = words
  expect(farewell(again)).toContain('Lost: "./floe user reset-password admin"')
  const silent = { kvm: true, why: '', silent: 'no answer yet' }
  expect(farewell({ ...words, host: silent })).toContain('libvirt does not answer (no answer yet)')
  const open = farewell({
    ...words,
    config: { ...config, listen: '0.0.0.0:7070', tls: { cert: '/c', key: '/k', ca: '/ca.crt' } },
  })
  expect(open).toContain('https://box:7070')
  expect(open).toContain('/ca.crt')
})

test('every command that is printed is the one of this copy, in words that a shell reads back', () => {
  const called = { entry: '/root/my floe/floe', data: '/srv/Ärger mit vms' }
  const said = farewell({ ...words, called })
  for (const command of ['up --listen 0.0.0.0:7070', 'vm list', 'down'])
    expect(said).toContain(`'/root/my floe/floe' ${command} --data '/srv/Ärger mit vms'`)
  expect(asCalled('It is off. Run "floe up".', called)).toContain(`"'/root/my floe/floe' up --data '/srv/Ärger`)
  expect(asCalled('See "floe up --help".', called)).toContain(`floe' up --help"`)
  expect(asCalled('"floe up" runs', { entry: './floe', data: undefined })).toBe('"./floe up" runs')
  expect(shellWord("it's")).toBe(String.raw`'it'\''s'`)
  expect(calledFrom('/var/lib/floe', { FLOE_DATA: '/srv/x' }).data).toBe('/var/lib/floe')
})

test('the program does its part of the plan in the order and with the numbers that were printed', async () => {
  const plan = parsePlan('packages build libvirt floe password')
  expect(plan).toEqual({
    total: 5,
    steps: [
      { step: 'libvirt', number: 3 },
      { step: 'floe', number: 4 },
      { step: 'password', number: 5 },
    ],
  })
  const done: string[] = []
  const work = Object.fromEntries(
    programSteps.map((step) => [step, { title: step, run: async () => ({ words: (done.push(step), 'done') }) }]),
  ) as unknown as Record<ProgramStep, Work>
  let said = ''
  await perform(plan, work, (text) => (said += text))
  expect(done).toEqual(['libvirt', 'floe', 'password'])
  expect(said).toBe('[3/5] libvirt … done\n[4/5] floe … done\n[5/5] password … done\n')
  expect(() => parsePlan('libvirt dance')).toThrow('"dance" is no step')
})

test('a given certificate that is not its key’s is refused before it is served', () => {
  const user = { name: 'me', uid: 0, gid: 0, switches: false }
  const data = mkdtempSync(join(tmpdir(), 'floe-pair-'))
  try {
    const make = (name: string): { cert: string; key: string } => {
      const [cert, key] = [join(data, `${name}.crt`), join(data, `${name}.key`)]
      const made = [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        key,
        '-out',
        cert,
      ]
      execFileSync('openssl', made, { stdio: 'ignore' })
      return { cert, key }
    }
    const [one, two] = [make('one'), make('two')]
    checkTls({ ...config, tls: one }, user)
    expect(() => checkTls({ ...config, tls: { cert: one.cert, key: two.key } }, user)).toThrow('is not the key of')
    expect(() => checkTls({ ...config, tls: { cert: one.key, key: one.key } }, user)).toThrow('in PEM')
    expect(() => checkTls({ ...config, tls: { cert: join(data, 'none'), key: one.key } }, user)).toThrow(
      'cannot be read',
    )
  } finally {
    rmSync(data, { recursive: true })
  }
})

test('the status names what does not run and what to do', () => {
  const processes = { keepPostgres: undefined, postgres: 7, keepController: undefined, controller: undefined }
  const said = inWords({
    running: false,
    address: 'http://x',
    data: '/d',
    processes,
    hosts: [],
    vms: null,
    warnings: ['look here'],
  })
  expect(said).toContain('Floe       not running')
  expect(said).toContain('Database   process 7, /d/db')
  expect(said).toContain('look here')
  expect(said).toContain('floe up')
})
