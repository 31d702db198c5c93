import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { parseConfig, readConfig, writeConfig, type Config } from './config.ts'
import { nextConfig } from './data-folder.ts'
import { farewell } from './farewell.ts'
import { parseOptions } from './options.ts'
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
  ours: true,
  detach: true,
  machine: 'box',
  person: 'root',
  command: './floe',
}

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
  expect(farewell({ ...words, ours: false })).toContain('running already')
  expect(farewell({ ...words, password: undefined })).toContain('the one you chose')
  const open = farewell({
    ...words,
    config: { ...config, listen: '0.0.0.0:7070', tls: { cert: '/c', key: '/k', ca: '/ca.crt' } },
  })
  expect(open).toContain('https://box:7070')
  expect(open).toContain('/ca.crt')
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
