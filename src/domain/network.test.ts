import { expect, test } from 'vitest'

import { DocumentError, parseNetwork, SpecError, toNetworkXml } from './index.ts'

test('a network shows how guests get out and which addresses they get', () => {
  const document = `<network><name>default</name><uuid>3F1C1E0E-5B8E-4F7B-9D63-2A1F0C9B7D10</uuid>
    <forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>
    <bridge name='virbr0' stp='on' delay='0'/><mac address='52:54:00:AA:00:01'/><domain name='lab.test'/>
    <ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/>
    <host mac='52:54:00:00:00:01' name='a' ip='192.168.122.9'/></dhcp></ip>
    <ip family='ipv6' address='fd00::1' prefix='64'/></network>`
  expect(parseNetwork(document)).toEqual({
    uuid: '3f1c1e0e-5b8e-4f7b-9d63-2a1f0c9b7d10',
    name: 'default',
    bridge: 'virbr0',
    forward: 'nat',
    domain: 'lab.test',
    mac: '52:54:00:aa:00:01',
    addresses: [
      {
        family: 'ipv4',
        address: '192.168.122.1',
        netmask: '255.255.255.0',
        prefix: undefined,
        dhcp: {
          ranges: [{ start: '192.168.122.2', end: '192.168.122.254' }],
          hosts: [{ mac: '52:54:00:00:00:01', name: 'a', ip: '192.168.122.9' }],
        },
      },
      { family: 'ipv6', address: 'fd00::1', netmask: undefined, prefix: 64, dhcp: undefined },
    ],
  })
})

test('a network without forwarding is isolated, and one without a mode is NAT', () => {
  expect(parseNetwork('<network/>').forward).toBe('isolated')
  expect(parseNetwork('<network><forward/></network>').forward).toBe('nat')
  expect(() => parseNetwork('<domain/>')).toThrow(DocumentError)
})

test('a network is built as it is read', () => {
  const ipv4 = { address: '10.9.0.1', prefix: 24, dhcp: { start: '10.9.0.2', end: '10.9.0.99' } }
  expect(parseNetwork(toNetworkXml({ name: 'lab & co', forward: 'route', bridge: 'virbr9', ipv4 }))).toMatchObject({
    name: 'lab & co',
    forward: 'route',
    bridge: 'virbr9',
    addresses: [
      { family: 'ipv4', address: '10.9.0.1', prefix: 24, dhcp: { ranges: [{ start: '10.9.0.2', end: '10.9.0.99' }] } },
    ],
  })
  expect(parseNetwork(toNetworkXml({ name: 'x', forward: 'isolated' })).forward).toBe('isolated')
})

test('names and addresses that would be wrong are refused', () => {
  const spec = { name: 'x', forward: 'nat' } as const
  const wrong = [
    () => toNetworkXml({ ...spec, name: 'a/b' }),
    () => toNetworkXml({ ...spec, uuid: 'x' }),
    () => toNetworkXml({ ...spec, bridge: 'x'.repeat(16) }),
    () => toNetworkXml({ ...spec, ipv4: { address: '256.1.1.1', prefix: 24 } }),
    () => toNetworkXml({ ...spec, ipv4: { address: '010.1.1.1', prefix: 24 } }),
    () => toNetworkXml({ ...spec, ipv4: { address: '10.1.1.1', prefix: 31 } }),
    () => toNetworkXml({ ...spec, ipv4: { address: '10.1.1.1', prefix: 24, dhcp: { start: 'a', end: 'b' } } }),
  ]
  for (const build of wrong) expect(build).toThrow(SpecError)
})
