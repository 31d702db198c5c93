import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { dial, type SshHop, type SshVia } from '../index.ts'
import { parseHostKey } from './host-key.ts'
import { helperCommand, sshConfig, type SshPurpose } from './ssh-config.ts'

const blob = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519\0\0\0\u0020'), Buffer.alloc(32, 7)])
const hostKey = `ssh-ed25519 ${blob.toString('base64')}`
const hop: SshHop = { host: 'host-1', user: 'root', hostKeys: [hostKey] }

function written(
  ssh: Partial<SshVia['ssh']>,
  purpose: SshPurpose = { is: 'helper' },
): { config: string; files: string[] } {
  const files: string[] = []
  const fileOf = (text: string): string => `/proc/1/fd/${files.push(text)}`
  return { config: sshConfig({ ...hop, ...ssh }, purpose, { fileOf, deadlineMs: 10_000 }), files }
}

test('nothing of the user’s own configuration is read, nobody is asked and nothing is trusted on first use', () => {
  const { config, files } = written({})
  for (const line of [
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    'GlobalKnownHostsFile none',
    'IdentityFile none',
    'IdentityAgent none',
    'ForwardAgent no',
    'PermitLocalCommand no',
    'ControlPath none',
    'ProxyJump none',
  ])
    expect(config).toContain(`  ${line}\n`)
  expect(config).not.toContain('Include')
  expect(files).toEqual([`host-1 ${hostKey}\n`])
  expect(written({ userConfig: true }).config).toContain('/.ssh/config')
})

test('each jump has its own keys, and leads to the next', () => {
  const jumps = [
    { host: 'a', hostKeys: [hostKey], key: 'KEY A' },
    { host: 'b', hostKeys: [`@cert-authority ${hostKey}`] },
  ]
  const { config, files } = written({ jumps })
  const blocks = config.split(/^Host /m).slice(1)
  expect(blocks.map((block) => /^(\S+)[^]*?ProxyJump (\S+)/.exec(block)?.slice(1))).toEqual([
    ['hop-0', 'none'],
    ['hop-1', 'hop-0'],
    ['hop-2', 'hop-1'],
    undefined,
  ])
  expect(files).toEqual([`a ${hostKey}\n`, 'KEY A\n', `@cert-authority b ${hostKey}\n`, `host-1 ${hostKey}\n`])
})

const bad = [
  '-oProxyCommand=id',
  'a b',
  'a\nProxyCommand id',
  'a"b',
  "a'b",
  'a;b',
  '$(id)',
  '`id`',
  'a\0b',
  '%h',
  '',
  '-',
  'a/b',
  '~',
]

test.each(bad)('%j is refused as host, user, agent, socket and host key', (text) => {
  expect(() => written({ host: text })).toThrow('is no host name')
  expect(() => written({ user: text })).toThrow("is no user's name")
  expect(() => written({ agent: text })).toThrow("no path of an agent's socket")
  expect(() => written({ hostKeys: [text] })).toThrow('no public key of a host')
  expect(() => written({ hostKeys: [`${hostKey}\n* ${hostKey}`] })).toThrow('no public key of a host')
  expect(() => written({}, { is: 'forward', local: '/l', remote: text })).toThrow('no path of a socket')
  expect(() => written({ jumps: [{ host: text, hostKeys: [] }] })).toThrow('is no host name')
  expect(() => helperCommand(`qemu:///sys'${text}`)).toThrow('is no URI')
})

/** Undefined where it is refused. */
function configOf(host: string, user: string, port: number): string | undefined {
  try {
    return written({ host, user, port }).config
  } catch {
    return undefined
  }
}

test('whatever is accepted gives ssh the very host, user and port that were given, and no other option', () => {
  const dir = mkdtempSync(join(tmpdir(), 'floe-config-'))
  const mark = join(dir, 'mark')
  const file = join(dir, 'config')
  const nasty = fc.constantFrom(...bad, '.', '..', '[::1]', '::1', 'fe80::1%eth0', 'é', '\u202e', '-l', 'a-', 'A_b.c')
  const word = fc.oneof(
    nasty,
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.stringMatching(/^[a-z0-9_][a-z0-9.@_$-]{0,8}[a-z0-9]$/),
  )
  try {
    fc.assert(
      fc.property(word, word, fc.integer({ min: -1, max: 70_000 }), (host, user, port) => {
        const config = configOf(host, user, port)
        fc.pre(config !== undefined)
        writeFileSync(file, config.replaceAll(/\/proc\/1\/fd\/\d+/g, '/dev/null'), { mode: 0o600 })
        const said = execFileSync('ssh', ['-G', '-F', file, '--', 'hop-0'], { encoding: 'utf8' }).split('\n')
        const option = (name: string): string | undefined =>
          said.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
        expect([option('hostname'), option('user'), option('port')]).toEqual([host.toLowerCase(), user, String(port)])
        expect([option('proxycommand'), option('localcommand'), option('remotecommand')]).toEqual(
          Array(3).fill(undefined),
        )
        expect(option('stricthostkeychecking')).toBe('true')
      }),
      { numRuns: 100, maxSkipsPerRun: 1000 },
    )
    expect(existsSync(mark)).toBe(false)
  } finally {
    rmSync(dir, { recursive: true })
  }
})

test('a host key has the fingerprint that ssh-keygen gives it, and its type has to be its own', () => {
  const { type, fingerprint, authority, line } = parseHostKey(`@cert-authority ${hostKey} some comment`)
  const said = execFileSync('ssh-keygen', ['-l', '-f', '-'], { input: `${hostKey}\n`, encoding: 'utf8' })
  expect(said).toContain(fingerprint)
  expect([type, authority, line]).toEqual(['ssh-ed25519', true, `@cert-authority ${hostKey}`])
  expect(() => parseHostKey(hostKey.replace('ssh-ed25519', 'ssh-rsa'))).toThrow('no public key')
})

test('a machine without ssh says what to install', async () => {
  const path = process.env['PATH']
  process.env['PATH'] = '/nonexistent'
  try {
    const attempt = dial({ uri: 'qemu:///system', via: { ssh: { ...hop, host: '127.0.0.1', port: 1 } } })
    await expect(attempt).rejects.toThrow('install openssh-client')
  } finally {
    process.env['PATH'] = path
  }
})

test('what cannot be written into the configuration is refused before anything runs, as any other failure to connect', async () => {
  const attempt = dial({ uri: 'qemu:///system', via: { ssh: { ...hop, host: '-oProxyCommand=id' } } })
  await expect(attempt).rejects.toMatchObject({ name: 'ConnectionLost', sent: false })
  await expect(attempt).rejects.toThrow('is no host name')
})
