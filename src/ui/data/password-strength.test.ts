import { expect, test } from 'vitest'

import { strengthOf } from './password-strength.ts'

test('below twelve characters it says how many there are', () => {
  expect(strengthOf('short')).toEqual({ bars: 1, words: '5 of at least 12 characters.' })
})

test('one letter repeated is weak however long it is', () => {
  expect(strengthOf('a'.repeat(30)).bars).toBe(1)
})

test('longer is never weaker', () => {
  const text = 'correct horse battery staple 9'
  let last = 0
  for (let length = 12; length <= text.length; length++) {
    const { bars } = strengthOf(text.slice(0, length))
    expect(bars).toBeGreaterThanOrEqual(last)
    last = bars
  }
})
