import { expect, test } from 'vitest'

import { proseProblem } from './index.ts'

test('words in any language, over several lines, are taken', () => {
  for (const text of ['', 'Wiki of the lab', 'Größe\t1\r\nсервер 😀']) expect(proseProblem(text)).toBeUndefined()
})

test('what XML cannot carry is named with its place', () => {
  for (const text of ['half \ud800', 'a\u0000', 'a\ufffe'])
    expect(proseProblem(text)).toMatch(/^has the character .+ which XML cannot carry; remove it$/)
})
