import { expect, test } from 'vitest'

import { describeTarget } from '../index.ts'
import { sshTarget } from './ssh-uri.ts'

const hostKeys = ['ssh-ed25519 AAAA']

test.each([
  ['qemu+ssh://root@host-1/system', 'qemu:///system', { user: 'root', host: 'host-1' }],
  ['qemu+ssh://host-1:2222/session', 'qemu:///session', { host: 'host-1', port: 2222 }],
  ['qemu+ssh://a%2Eb@[fd00::1]:22/system', 'qemu:///system', { user: 'a.b', host: 'fd00::1', port: 22 }],
  [
    'test+ssh://h/default?socket=/run/libvirt/libvirt-sock',
    'test:///default',
    { host: 'h', socket: '/run/libvirt/libvirt-sock' },
  ],
])('%s is read', (text, uri, ssh) => {
  expect(sshTarget(text, { hostKeys })).toEqual({ uri, via: { ssh: { hostKeys, ...ssh } } })
})

test.each([
  'qemu:///system',
  'qemu+tls://host/system',
  'qemu+ssh://host',
  'qemu+ssh:///system',
  'qemu+ssh://a@b@c/system',
  'qemu+ssh://host:port/system',
  'qemu+ssh://%zz@host/system',
  'qemu+ssh://host/system?command=/bin/sh',
  'qemu+ssh://host/system?no_verify=1',
])('%s is refused in a sentence', (text) => {
  expect(() => sshTarget(text, { hostKeys })).toThrow(/cannot be used: .*Write it as/)
})

test('a target over SSH is described without its keys', () => {
  const target = sshTarget('qemu+ssh://root@host-1:2222/system', { hostKeys, key: 'SECRET' })
  expect(describeTarget(target)).toBe('qemu:///system at root@host-1:2222 over SSH')
})
