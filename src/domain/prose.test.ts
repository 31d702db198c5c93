import { expect, test } from 'vitest'

import { proseProblem } from './index.ts'

test('words in any language, over several lines, are taken', () => {
  for (const text of ['', 'Wiki of the lab', 'Größe\t1\r\nсервер 😀']) expect(proseProblem(text)).toBeUndefined()
})

test('what a terminal obeys or XML cannot carry is named with its place', () => {
  expect(proseProblem('a\u001b]52;c;x\u0007')).toBe('has the control character U+001B at position 2; remove it')
  expect(proseProblem('\u009b31m')).toBe('has the control character U+009B at position 1; remove it')
  expect(proseProblem('a\u0000')).toContain('U+0000')
  expect(proseProblem('half \ud800')).toMatch(/^has the character .+; remove it$/)
})
