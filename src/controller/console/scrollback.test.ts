import { expect, test } from 'vitest'

import { Scrollback } from './scrollback.ts'

test('it holds the last bytes, and after a cut begins with a whole line', () => {
  const scrollback = new Scrollback(20)
  for (const line of ['first line\n', 'second line\n', 'x']) scrollback.write(Buffer.from(line))
  expect(scrollback.read().toString()).toBe('second line\nx')
  const whole = new Scrollback(20)
  whole.write(Buffer.from('no end of line'))
  expect(whole.read().toString()).toBe('no end of line')
})

test('a write beyond its size leaves its end', () => {
  const scrollback = new Scrollback(10)
  scrollback.write(Buffer.from(`${'x'.repeat(100)}\nlast`))
  expect(scrollback.read().toString()).toBe('last')
})

test('single bytes add up', () => {
  const scrollback = new Scrollback(2000)
  const text = 'abcdefghi\n'.repeat(300)
  for (const char of text) scrollback.write(Buffer.from(char))
  expect(scrollback.read().toString()).toBe(text.slice(-1990))
})
