import { ConnectionLost, LibvirtError } from '@floe/libvirt'
import { expect, test } from 'vitest'

import { hostError } from '../host/hosts.ts'
import { isConnectionBreak } from './connection-break.ts'

const about = { vm: 'web', verb: 'started' }

test('a broken connection is known behind the sentence that was made of it', () => {
  const broken = new ConnectionLost('write EPIPE', { sent: true })
  expect(isConnectionBreak(broken)).toBe(true)
  expect(isConnectionBreak(hostError(broken, 'here', about))).toBe(true)
})

test('what libvirt refuses is no broken connection', () => {
  const refused = new LibvirtError({ number: 1, domain: 10, level: 2, message: 'no', procedure: 'domainCreate' })
  expect(isConnectionBreak(hostError(refused, 'here', about))).toBe(false)
  expect(isConnectionBreak(undefined)).toBe(false)
})
