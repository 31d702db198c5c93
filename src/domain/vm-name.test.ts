import { expect, test } from 'vitest'

import { vmNameProblem } from './index.ts'

test('names that commands, paths and host names can carry are taken', () => {
  for (const name of ['a', 'welcome', 'Welcome-2', 'db.shop_1', '0', 'x'.repeat(63)]) {
    expect(vmNameProblem(name)).toBeUndefined()
  }
})

test('any other name is refused in a sentence', () => {
  const bad = [
    '',
    '-rf',
    '.x',
    '_x',
    'a b',
    'a/b',
    'a\nb',
    'a\n',
    'ä',
    'a\u0000',
    '<b/>',
    ' web',
    'web ',
    'web\u00a0',
    'we\u200bb', // cannot be seen
    'web\u202egnp', // turns the line around
    'w\u0435b', // a Cyrillic letter that looks like e
    '\uff57eb',
    'x'.repeat(64),
    'x'.repeat(10_000),
  ]
  for (const name of bad) expect(vmNameProblem(name)).toMatch(/^The name .*\.$/)
})
