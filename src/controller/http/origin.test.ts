import { expect, test } from 'vitest'

import { foreignPart, type Claimed, type Entrance } from './origin.ts'

const plain: Entrance = { via: 'tcp', secure: false, host: '127.0.0.1', port: 7070 }
const tls = { via: 'tcp', secure: true, host: '0.0.0.0', port: 443 } as const
const quiet: Claimed = {
  host: '127.0.0.1:7070',
  origin: undefined,
  site: undefined,
  dest: undefined,
  localAddress: '127.0.0.1',
  upgrade: false,
  page: false,
}
const ask = (claimed: Partial<Claimed>, entrance: Entrance = plain, names: readonly string[] = []) =>
  foreignPart({ ...quiet, ...claimed }, entrance, names)

test('loopback is asked by its own names, through a tunnel with another port too', () => {
  for (const host of [
    '127.0.0.1:7070',
    'localhost:7070',
    'LOCALHOST:7070',
    '[::1]:7070',
    'localhost:8080',
    'localhost',
  ]) {
    expect([host, ask({ host }), ask({ host, origin: `http://${host.toLowerCase()}` })]).toEqual([
      host,
      undefined,
      undefined,
    ])
  }
})

test('a missing, empty or odd Host is foreign', () => {
  for (const host of [
    undefined,
    '',
    ' ',
    'a b',
    'x:99999999',
    '[::1',
    '127.0.0.1:7070/',
    '127.0.0.1#',
    '2130706433:7070',
    '0x7f.1:7070',
    '0.0.0.0:7070',
    '127.0.0.2:7070',
    'localhost.:7070',
  ])
    expect([host, ask({ host })]).not.toEqual([host, undefined])
})

test('the Origin is the Host itself: another port, scheme or name is another site', () => {
  for (const origin of ['http://localhost:7070', 'http://127.0.0.1', 'https://127.0.0.1:7070', 'null', '', 'file://'])
    expect(ask({ origin })).toBe(origin)
  expect(ask({ host: 'localhost', origin: 'http://localhost:80' })).toBeUndefined()
})

test('beyond loopback the address that was reached and the configured names are its own', () => {
  const host = (host: string) => ask({ host, localAddress: '192.0.2.7' }, tls, ['floe.example', 'alias.example:8443'])
  for (const own of ['192.0.2.7', '192.0.2.7:443', 'floe.example', 'floe.example:444', 'alias.example:8443'])
    expect(host(own)).toBeUndefined()
  for (const foreign of ['192.0.2.8', '192.0.2.7:444', 'evil.example', 'alias.example', 'x.floe.example'])
    expect(host(foreign)).toBe(foreign)
})

test('over TLS the names of the certificate are its own too', () => {
  const entrance: Entrance = { ...tls, certified: (name) => name === 'vm.example' }
  expect(ask({ host: 'vm.example:8443', origin: 'https://vm.example:8443' }, entrance)).toBeUndefined()
  expect(ask({ host: 'evil.example' }, entrance)).toBe('evil.example')
})

test('a link from elsewhere may open a page, and nothing else of another site is answered', () => {
  const crossed = { site: 'cross-site', dest: 'document' }
  expect(ask({ ...crossed, page: true })).toBeUndefined()
  expect(ask(crossed)).toContain('another site')
  expect(ask({ site: 'cross-site', dest: 'iframe', page: true })).toContain('another site')
  expect(ask({ site: 'same-site', dest: 'empty', page: true })).toContain('another site')
  expect(ask({ site: 'same-origin', dest: 'empty' })).toBeUndefined()
  expect(ask({ site: 'none', dest: 'document' })).toBeUndefined()
})
