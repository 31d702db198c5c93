import { expect, test } from 'vitest'

import { lockScreens, passwordsOf } from './index.ts'

const domain = (...graphics: readonly string[]): string => `<domain><devices>${graphics.join('')}</devices></domain>`

test('a screen that had a password gets one that nobody knows, and the others stay as they were', () => {
  const had = passwordsOf(domain("<graphics type='vnc' passwd='secret'/>", "<graphics type='spice'/>"))
  expect(had).toEqual([true, false])
  const locked = lockScreens(domain("<graphics type='vnc'/>", "<graphics type='spice'/>"), had, 'x7Kq2z')
  expect(passwordsOf(locked)).toEqual([true, false])
  expect(locked).toMatch(/passwd=.x7Kq2z. passwdValidTo=.2000-01-01T00:00:00./)
  expect(locked).toMatch(/<graphics type='spice'\/>/)
})
